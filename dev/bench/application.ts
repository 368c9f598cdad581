/** Applications of a given size for benchmarks: services of the shared chart that call each other. */
import type { Application, Service } from "../../src/model/application";
import { compact } from "../../src/model/records";
import { address, text } from "../../src/model/text";

/** Maximum number of services that each service calls. */
const CALLS = 2;

/** Returns an application with one service per release, and no stores: their startup time would dominate. */
export function benchApplication(releases: number): Application {
  const names = Array.from({ length: releases }, (_, index) => `service-${index}`);
  return {
    name: "bench",
    description: `An application of ${releases} services`,
    services: Object.fromEntries(
      names.map((name, index) => [name, service(names.slice(Math.max(0, index - CALLS), index))]),
    ),
    stores: {},
  };
}

const service = (uses: readonly string[]): Service => ({
  language: "go",
  image: { repository: "example.com/service", tag: "1.0.0" },
  ports: { http: { container: 8080, protocol: "http" } },
  probe: { http: { path: "/health", port: "http" } },
  uses: [...uses],
  env: Object.fromEntries(
    uses.map((name) => [`${name.toUpperCase().replaceAll("-", "_")}_ADDR`, text`${address(name)}`]),
  ),
  resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "64Mi" } },
});

/** The service whose tag changes, and its new tag. */
export const CHANGED = { service: "service-0", tag: "1.0.1" };

/** Settings of a stack of the application, for Flotilla and for the values that the other contestants get. */
export const benchConfig = (namespace: string, changed: boolean) =>
  compact({
    application: "bench",
    environment: "local",
    namespace,
    services: changed ? { [CHANGED.service]: { tag: CHANGED.tag } } : undefined,
  });
