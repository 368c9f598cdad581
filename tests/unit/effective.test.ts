/** What `flotilla config` shows: every effective value, and where it comes from. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { linesOfInventory } from "../../cli/core/inventory-source";
import { placesOf } from "../../cli/stack/places";
import { settingsOfStack } from "../../cli/stack/settings";
import { PROJECT } from "../../cli/tools/paths";
import { pathOf } from "../../src/config/file";
import { plan } from "../../src/plan";
import { createContext } from "../../src/plan/context";
import { effectiveSettings } from "../../src/plan/effective";
import { charts, readStack, valuesOf } from "../support";

const explain = (read: ReturnType<typeof readStack>): Record<string, { value: unknown; from: string }> => {
  const placeOf = placesOf(read.application);
  const entries = effectiveSettings(read).map((entry) => [
    pathOf(entry.path),
    { value: entry.value, from: placeOf(entry) },
  ]);
  return Object.fromEntries(entries);
};

describe("the effective settings", () => {
  it("include whether the stack creates its namespace, also from a layer, and its effective name", () => {
    const layers = { shared: "config:\n  flotilla:namespace: { create: false }\n" };
    const text = (more: string) =>
      `config:\n  flotilla:environment: dev\n  flotilla:layers: [shared]\n${more}`;
    const usual = explain(readStack(text(""), layers));
    assert.deepEqual(usual["namespace.create"], { value: false, from: "config/layers/shared.yaml:2" });
    assert.deepEqual(usual["namespace.name"], { value: "robot-shop-dev", from: "default" });
    const named = explain(readStack(text("  flotilla:namespace: { name: team }\n"), layers));
    assert.deepEqual(
      [named["namespace.create"]?.value, named["namespace.name"]],
      [false, { value: "team", from: "Pulumi.test.yaml:4" }],
    );
  });

  const layers = {
    low: `config:
  flotilla:environment: staging
  flotilla:autoscaling: { minReplicas: 2, maxReplicas: 5 }
  flotilla:services:
    cart: { tag: "2.0.1", resources: { limits: { memory: 1Gi } } }
`,
  };
  const told = explain(
    readStack(
      `config:
  flotilla:layers: [low]
  flotilla:services:
    cart: { tag: "2.0.2", env: { LOG_LEVEL: debug } }
  flotilla:registryMirrors: { docker.io: m.example.com }
`,
      layers,
    ),
  );
  const inventory = readFileSync(join(PROJECT, "apps", "robot-shop.ts"), "utf8").split("\n");

  for (const [key, value, from] of [
    ["application", "robot-shop", /^Pulumi\.yaml:\d+$/],
    ["environment", "staging", /^config\/layers\/low\.yaml:2$/],
    ["namespace", "robot-shop-staging", /^default$/],
    ["profile", "standalone", /^default$/],
    ["autoscaling.maxReplicas", 5, /^config\/layers\/low\.yaml:3$/],
    ["services.cart.tag", "2.0.2", /^Pulumi\.test\.yaml:4$/],
    ["services.cart.env.LOG_LEVEL", "debug", /^Pulumi\.test\.yaml:4$/],
    ["services.cart.resources.limits.memory", "1Gi", /^config\/layers\/low\.yaml:5$/],
    ["services.cart.resources.limits.cpu", "500m", /^src\/model\/presets\.ts \(node\)$/],
    [
      "services.cart.autoscaling.minReplicas",
      2,
      /^config\/layers\/low\.yaml:3 \(autoscaling\.minReplicas\)$/,
    ],
    [
      "services.cart.repository",
      "m.example.com/robotshop/rs-cart",
      /^Pulumi\.test\.yaml:5 \(registryMirrors\["docker\.io"\]\)$/,
    ],
    ["services.dispatch.replicas", 1, /^default$/],
    ["services.web.tag", "2.1.0", /^apps\/robot-shop\.ts:\d+$/],
    ["stores.mongodb.storage", "8Gi", /^apps\/robot-shop\.ts:\d+$/],
    ["waitImage.tag", "1.37.0", /^charts\/microservice\/values\.yaml:\d+$/],
  ] as const)
    it(`${key} is ${value}`, () => {
      assert.deepEqual(told[key]?.value, value);
      assert.match(told[key]?.from ?? "", from);
    });

  it("name the lines they come from", () => {
    const lineOf = (key: string) => inventory[Number(told[key]?.from.split(":")[1]) - 1];
    assert.match(lineOf("services.web.tag") ?? "", /image: image\("web"\)/);
    assert.match(lineOf("stores.mongodb.storage") ?? "", /storage: "8Gi"/);
    assert.equal(linesOfInventory("const a = { name: 'x' };", "y")(["services"]), undefined);
  });

  it("are those of the plan", () => {
    for (const stack of ["local", "dev", "staging", "prod", "prod-us-east-1", "online-boutique-local"]) {
      const read = settingsOfStack(stack);
      const holds = explain(read);
      const planned = plan(createContext(read.application, read.settings, { charts, stack }));
      for (const [name, { kind, values }] of Object.entries(planned.releases)) {
        const at = (key: string) => holds[`${kind}s.${name}.${key}`]?.value;
        if (kind === "service") {
          const { image, replicas, autoscaling, resources } = valuesOf(planned, name);
          assert.deepEqual([at("repository"), at("tag")], [image.repository, image.tag], `${stack} ${name}`);
          assert.equal(
            at(autoscaling ? "autoscaling.minReplicas" : "replicas"),
            replicas,
            `${stack} ${name}`,
          );
          assert.equal(at("autoscaling.maxReplicas"), autoscaling?.maxReplicas, `${stack} ${name}`);
          assert.equal(at("resources.limits.memory"), resources?.limits?.memory, `${stack} ${name}`);
        } else if (kind === "store") {
          assert.match(JSON.stringify(values), new RegExp(`"size":"${at("storage")}"`), `${stack} ${name}`);
          assert.equal(at("profile"), planned.outputs.stores[name]?.profile);
        }
      }
      assert.equal(holds.namespace?.value, planned.namespace.name);
    }
  });
});
