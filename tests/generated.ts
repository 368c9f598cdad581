/** Valid applications of any size and shape, for property tests. */
import fc from "fast-check";
import type { Application, Service, Store } from "../src/model/application";
import { LANGUAGES } from "../src/model/application";
import { address, host, password, port, text } from "../src/model/text";
import { STORE_KINDS } from "./kinds";

const RESOURCES = { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "64Mi" } };

const storeArbitrary: fc.Arbitrary<Store> = fc.constantFrom(...STORE_KINDS).map((kind) => ({
  kind,
  ...(kind === "redis"
    ? {}
    : {
        accounts: {
          app: {
            username: "app",
            ...(kind === "rabbitmq" ? {} : { database: "app" }),
            credential: { generated: true as const },
          },
        },
      }),
  resources: RESOURCES,
  storage: "1Gi",
}));

/** Name of an external. */
const EXTERNAL = "bank";

/** Services that use earlier services and any stores, with a variable for each. */
export const applicationArbitrary = (services: number, stores: number): fc.Arbitrary<Application> =>
  fc
    .tuple(
      fc.array(storeArbitrary, { minLength: stores, maxLength: stores }),
      fc.array(
        fc.record({
          language: fc.constantFrom(...LANGUAGES),
          protocol: fc.constantFrom("http" as const, "grpc" as const),
          container: fc.integer({ min: 1024, max: 65535 }),
          services: fc.array(fc.nat(), { maxLength: 4 }),
          stores: fc.array(fc.nat(), { maxLength: 2 }),
          external: fc.boolean(),
          open: fc.boolean(),
          scaled: fc.boolean(),
          called: fc.boolean(),
        }),
        { minLength: services, maxLength: services },
      ),
    )
    .map(([storeList, serviceList]): Application => {
      const described = serviceList.map(
        ({ language, protocol, container, open, scaled, ...uses }, index): [string, Service] => {
          const called = index === 0 ? [] : uses.services.map((number) => `service-${number % index}`);
          const used = stores === 0 ? [] : uses.stores.map((number) => `store-${number % stores}`);
          const targets = [...new Set([...called, ...used, ...(uses.external ? [EXTERNAL] : [])])];
          const variables = targets.flatMap((target): [string, NonNullable<Service["env"]>[string]][] => {
            const name = target.toUpperCase().replaceAll("-", "_");
            const store = storeList[Number(target.replace("store-", ""))];
            if (!target.startsWith("store-") || !store) return [[`${name}_ADDR`, text`${address(target)}`]];
            const account = store.kind === "redis" ? "default" : "app";
            return [
              [`${name}_HOST`, [host(target)]],
              [`${name}_PORT`, [port(target)]],
              [`${name}_PASSWORD`, [password(target, account)]],
            ];
          });
          const main = protocol === "http" ? "http" : "grpc";
          return [
            `service-${index}`,
            {
              language,
              image: { repository: `registry.example.com/service-${index}`, tag: "1.0.0" },
              ports: { [main]: { container, protocol } },
              uses: targets,
              env: Object.fromEntries(variables),
              probe:
                protocol === "http" ? { http: { path: "/health", port: main } } : { grpc: { port: main } },
              resources: RESOURCES,
              ...(open
                ? { public: { port: main, path: `/${index}` }, metrics: { port: main, path: "/metrics" } }
                : {}),
              ...(scaled ? { autoscaling: { minReplicas: 2, maxReplicas: 5 }, minAvailable: 1 } : {}),
            },
          ];
        },
      );
      return {
        name: "generated",
        description: "An application that a test made up",
        services: Object.fromEntries(described),
        stores: Object.fromEntries(storeList.map((store, index) => [`store-${index}`, store])),
        externals: {
          [EXTERNAL]: { host: "bank.example.com", port: 443, protocol: "https", reason: "all is paid there" },
        },
        callers: {
          gateway: {
            namespace: "edge",
            labels: { app: "gateway" },
            calls: serviceList.flatMap(({ called }, index) => (called ? [`service-${index}`] : [])),
            reason: "clients come through it",
          },
        },
      };
    });

/** Returns the same application every time. */
export const generatedApplication = (services: number, stores: number, seed = 42): Application =>
  fc.sample(applicationArbitrary(services, stores), { numRuns: 1, seed })[0] as Application;
