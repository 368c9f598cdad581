/** The plans of public applications, in every environment and distribution, pass all rules and checks. */
import assert from "node:assert/strict";
import type { Service } from "../../src/model/application";
import { readCatalogue } from "../../src/model/inventory/read";
import { composePlan } from "../../src/plan/compose";
import { accountCredentials } from "../../src/plan/credentials/externals";
import type { Plan } from "../../src/plan/plan";
import { catalogue } from "../fixtures/applications";
import { charts, stackOf, valuesOf } from "../support";

const applications = readCatalogue(catalogue);

const SETTINGS: Record<string, Record<string, unknown>> = {
  local: { environment: "local", distribution: "upstream", standIns: true },
  "prod with the upstream images": {
    environment: "prod",
    distribution: "upstream",
    profile: "standalone",
    cluster: { context: "prod" },
    ingress: { host: "shop.example.com", tlsSecret: "shop-tls" },
  },
  "prod with Bitnami's charts": {
    environment: "prod",
    distribution: "bitnami",
    cluster: { context: "prod" },
    replicas: 3,
    monitoring: { namespace: "monitoring" },
    ingress: { host: "shop.example.com", tlsSecret: "shop-tls" },
    storeImages: { acceptNoUpdates: "there is no mirror yet" },
  },
};

function planOf(name: string, settings: Record<string, unknown>): Plan {
  const application = applications[name];
  assert.ok(application);
  const credentials = Object.fromEntries(
    accountCredentials(application).map((account) => [account, "given"]),
  );
  const { config, read } = stackOf(application, settings.standIns ? settings : { ...settings, credentials });
  return composePlan(config, read, { charts }).planned;
}

/** Returns the variables of a service in the plan: texts, and keys of Secrets. */
const variablesOf = (plan: Plan, service: string) => valuesOf(plan, service).env ?? {};

describe("public applications", () => {
  for (const name of Object.keys(catalogue))
    for (const [settings, values] of Object.entries(SETTINGS))
      it(`${name}: ${settings}`, () => {
        const plan = planOf(name, values);
        const expected = Object.entries<Service>(applications[name]?.services ?? {})
          .filter(([, { optional }]) => optional === undefined)
          .map(([service]) => service);
        for (const service of [...expected, ...Object.keys(applications[name]?.stores ?? {})])
          assert.ok(plan.releases[service], service);
      });

  it("have the names, ports and variables that their images expect", () => {
    const local = SETTINGS.local as Record<string, unknown>;
    const demo = planOf("telemetry-demo", local);
    assert.equal(variablesOf(demo, "checkout").SHIPPING_ADDR, "http://shipping:50050");
    assert.equal(variablesOf(demo, "frontend").FRONTEND_ADDR, "frontend:8080");
    assert.equal(
      variablesOf(demo, "cart").OTEL_RESOURCE_ATTRIBUTES,
      "service.namespace=opentelemetry-demo,service.version=3.0.0,service.criticality=high",
    );
    const clinic = planOf("pet-clinic", local);
    assert.equal(variablesOf(clinic, "visits-service").SPRING_DATASOURCE_USERNAME, "pet-clinic");
    assert.equal(
      variablesOf(clinic, "visits-service").SPRING_DATASOURCE_URL,
      "jdbc:mysql://mysql:3306/petclinic?allowPublicKeyRetrieval=true&useSSL=false",
    );
  });
});
