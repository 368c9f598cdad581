/** Project-specific changes to the plan: `transform`, and `values` in the settings of services and stores. */
import assert from "node:assert/strict";
import { plan } from "../../src/plan";
import { composePlan } from "../../src/plan/compose";
import type { Plan } from "../../src/plan/plan";
import { overlay, type Transform } from "../../src/plan/transform";
import { application, charts, contextFor, problemsOf, redis, service, stackOf, valuesOf } from "../support";

const shop = application({
  services: { web: service({ uses: ["cache"] }), api: service() },
  stores: { cache: redis() },
});
const SETTINGS = { distribution: "upstream" };

function composed(transform: Transform | undefined, settings: Record<string, unknown> = {}): Plan {
  const { config, read } = stackOf(shop, { ...SETTINGS, ...settings });
  return composePlan(config, read, { charts, transform }).planned;
}
const refused = (transform: Transform | undefined, settings: Record<string, unknown> = {}) =>
  problemsOf(() => composed(transform, settings)).map(
    ({ where, what, todo, place }) => `${place?.file ?? ""} ${where}: ${what}. ${todo}`,
  );

describe("a transform", () => {
  it("changes values of services and stores, their timeouts, and the namespace", () => {
    const changed = composed((draft, { environment }) => {
      for (const { values } of Object.values(draft.services)) values.podAnnotations = { environment };
      if (draft.stores.cache) draft.stores.cache.values.terminationGracePeriodSeconds = 90;
      if (draft.services.web) draft.services.web.timeoutSeconds = 900;
      draft.namespace.labels["istio-injection"] = "enabled";
    });
    const before = composed(undefined);
    assert.deepEqual(valuesOf(changed, "web").podAnnotations, { environment: "dev" });
    assert.deepEqual(valuesOf(changed, "api").podAnnotations, { environment: "dev" });
    assert.equal(changed.releases.cache?.values.terminationGracePeriodSeconds, 90);
    assert.equal(changed.releases.web?.timeoutSeconds, 900);
    assert.deepEqual(changed.namespace.labels, { ...before.namespace.labels, "istio-injection": "enabled" });
  });

  it("without changes does not change the plan", () => {
    assert.deepEqual(
      composed(() => {}),
      composed(undefined),
    );
  });

  it("does not remove what belongs to the stack", () => {
    const owner = { stack: "flotilla/dev", id: "abc" };
    const annotated = (transform?: Transform) =>
      plan(contextFor(shop, SETTINGS, { owner, transform })).namespace.annotations;
    assert.deepEqual(
      annotated((draft) => {
        draft.namespace.annotations = {};
      }),
      annotated(),
    );
  });

  it("must pass the chart's schema and the rules", () => {
    assert.match(
      refused(({ services }) => {
        (services.web?.values as unknown as Record<string, unknown>).replicas = "three";
      })[0] ?? "",
      /^ the transform of index\.ts: service web: the chart refuses replicas/,
    );
    assert.match(
      refused(({ services }) => {
        if (services.web) services.web.values.env = { DB_PASSWORD: "Xk29fjw02ALsjd83" };
      }).join("\n"),
      /DB_PASSWORD/,
    );
  });

  for (const [what, transform, expected] of [
    [
      "fails",
      () => {
        throw new Error("no such team");
      },
      /the transform of index\.ts: the function failed: no such team\. /,
    ],
    ["returns a promise", async () => {}, /: the function returns a value\. .*without async/],
    ["returns a draft", ((draft: unknown) => draft) as Transform, /: the function returns a value/],
    [
      "removes a service",
      ({ services }) => {
        delete services.api;
      },
      /service api: removes the release\. .*services\.api\.enabled: false/,
    ],
    [
      "adds a store",
      ({ stores }) => {
        stores.queue = structuredClone(stores.cache as NonNullable<typeof stores.cache>);
      },
      /store queue: adds a release/,
    ],
    [
      "renames a service",
      ({ services }) => {
        if (services.web) services.web.values.fullnameOverride = "other";
      },
      /service web: changes fullnameOverride, which other parts of the plan use as a host name/,
    ],
    [
      "changes a volume",
      ({ stores }) => {
        if (stores.cache) stores.cache.values.storage = { size: "20Gi" };
      },
      /store cache: changes storage, .*\. Use the store's settings/,
    ],
    [
      "sets something that is not data",
      ({ services }) => {
        (services.web?.values as unknown as Record<string, unknown>).env = { A: undefined, B: () => 1 };
      },
      /services\.web\.values\.env\.A: the value is not plain data/,
    ],
  ] as [string, Transform, RegExp][])
    it(`is refused when it ${what}`, () => assert.match(refused(transform).join("\n"), expected));
});

describe("values in settings", () => {
  it("are merged into the planned values, after the transform; null removes a value", () => {
    const { releases } = composed(
      ({ services }) => {
        if (services.web)
          services.web.values.podAnnotations = { a: "transform", b: "transform", c: "transform" };
      },
      {
        services: { web: { values: { podAnnotations: { b: "settings", c: null } } } },
        stores: { cache: { values: { terminationGracePeriodSeconds: 90 } } },
      },
    );
    assert.deepEqual(releases.web?.values.podAnnotations, { a: "transform", b: "settings" });
    assert.equal(releases.cache?.values.terminationGracePeriodSeconds, 90);
  });

  it("are refused with file and key, by the chart's schema and by what the plan relies on", () => {
    assert.deepEqual(
      refused(undefined, {
        services: { web: { values: { replicas: -1, nonsense: { a: 1 }, fullnameOverride: "x" } } },
        stores: { cache: { values: { storage: { size: "20Gi" } } } },
      }).map((line) => line.replace(/\. .*/, "")),
      [
        "Pulumi.test.yaml flotilla:stores.cache.values.storage: changes storage, which the store's data and clients depend on",
        "Pulumi.test.yaml flotilla:services.web.values.fullnameOverride: changes fullnameOverride, which other parts of the plan use as a host name",
        "Pulumi.test.yaml flotilla:services.web.values: the chart refuses the values: unknown key nonsense",
        "Pulumi.test.yaml flotilla:services.web.values.replicas: the chart refuses replicas: must be >= 0",
      ],
    );
  });

  it("must not contain secrets", () => {
    assert.match(
      refused(undefined, {
        services: { web: { values: { podAnnotations: { a: { secure: "v1:abc" } } } } },
      })[0] ?? "",
      /flotilla:services\.web\.values\.podAnnotations\.a: the value is a secret/,
    );
  });

  it("overlay: maps are merged, everything else is replaced", () => {
    const before = { a: { b: 1, c: [1, 2] }, d: "x" };
    assert.deepEqual(overlay(before, { a: { c: [3] }, d: { e: true }, f: null }), {
      a: { b: 1, c: [3] },
      d: { e: true },
    });
    assert.deepEqual(before, { a: { b: 1, c: [1, 2] }, d: "x" });
  });
});
