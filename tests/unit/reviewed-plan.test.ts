/** A reviewed plan: its file, and each way in which the world changes before it is applied. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { ObjectChange, ReleaseChange } from "../../cli/core/diff/compare";
import { empty } from "../../cli/core/diff/engine-steps";
import { secretOf } from "../../cli/core/revealed";
import {
  type Mismatch,
  mismatchOf,
  type PlanNow,
  planFileText,
  type ReviewedPlan,
  readPlanFile,
  withoutSecrets,
} from "../../cli/core/reviewed-plan";
import { RAILS } from "../../cli/stack/comparison/renderer";
import { showMismatch } from "../../cli/terminal/mismatch";
import type { Store } from "../../src/model/application";
import { plan } from "../../src/plan";
import { dataDigest, planDigest, updateDigest } from "../../src/plan/digest";
import { application, contextFor, planFor, redis, service } from "../support";

const deployment = (tag: string): ObjectChange => ({
  kind: "Deployment",
  name: "cart",
  namespace: "shop",
  change: "changed",
  diff: `@@ -1 +1 @@\n-image: cart:1\n+image: cart:${tag}`,
});
const change = (overrides: Partial<ReleaseChange> = {}): ReleaseChange => ({
  ...empty("cart", "service", "changed"),
  objects: [deployment("2")],
  pods: [{ workload: "Deployment cart", effect: "restart", count: 2, why: "image 1 → 2" }],
  ...overrides,
});

const now: PlanNow = {
  stack: "prod",
  project: "shop",
  flotilla: "0.7.0",
  plan: "aaaaaaaaaaaa",
  program: "bbbbbbbbbbbb",
  cluster: { uid: "u-1", ca: "c-1", name: "prod", server: "https://prod.example.com" },
  settings: { services: { cart: { tag: "2" } }, credentials: { api: "(encrypted, 111111111111)" } },
  charts: { cart: "microservice 0.3.0 sha256:aaa", web: "microservice 0.3.0 sha256:aaa" },
  deployed: {
    update: 12,
    releases: {
      cart: { revision: 3, status: "deployed", inputs: "cccccccccccc" },
      web: { revision: 1, status: "deployed", inputs: "dddddddddddd" },
    },
    lost: [],
  },
  changes: [change()],
};
const reader = { stack: "prod", project: "shop", flotilla: "0.7.0" };
const text = planFileText(now, "2026-11-29T12:00:00.000Z");
const reviewed = readPlanFile(text, reader) as ReviewedPlan;
const differs = (changed: Partial<PlanNow>): Mismatch =>
  mismatchOf(reviewed, { ...now, ...changed }) ?? assert.fail("nothing differs");
const deployed = (changed: Partial<PlanNow["deployed"]>) => ({ deployed: { ...now.deployed, ...changed } });

describe("the file of a plan", () => {
  it("has its version first, and is read as it was written", () => {
    assert.deepEqual(Object.keys(JSON.parse(text) as object).slice(0, 5), [
      "version",
      "stack",
      "project",
      "flotilla",
      "createdAt",
    ]);
    assert.deepEqual(reviewed, { version: 1, createdAt: "2026-11-29T12:00:00.000Z", ...now });
    assert.equal(mismatchOf(reviewed, now), undefined);
  });

  it("is refused with the reason when it is no plan, or one of something else", () => {
    const edited = (from: string | RegExp, to: string) => text.replace(from, to);
    for (const [content, expected] of [
      ["", /is not a plan .*JSON/],
      ["<html>", /is not a plan .*JSON/],
      ["[]", /is not a plan/],
      ["{}", /is not a plan .*version/],
      ['{ "version": 1, "stack": "prod", "changes": [] }', /is not a plan .*flotilla/],
      [
        edited('"version": 1', '"version": 2'),
        /its format has version 2, and flotilla 0\.7\.0 reads version 1/,
      ],
      [
        edited('"flotilla": "0.7.0"', '"flotilla": "0.6.0"'),
        /flotilla 0\.6\.0 wrote it, and this is flotilla 0\.7\.0/,
      ],
      [edited('"stack": "prod"', '"stack": "dev"'), /a plan of stack dev, not of stack prod/],
      [edited('"project": "shop"', '"project": "other"'), /a plan of project other, not of project shop/],
      [edited('"update": 12', '"update": "12"'), /deployed\.update: /],
      [edited('"change": "changed"', '"change": "nothing"'), /changes\[0\]\.change: /],
      [edited('"labelsOnly": 0,', ""), /changes\[0\]\.labelsOnly: /],
      [edited('"plan":', '"plans":'), /plan: /],
    ] as const) {
      const read = readPlanFile(content, reader);
      assert.ok("wrong" in read, content);
      assert.match(read.wrong, expected);
      assert.match(read.todo, /npx flotilla diff --stack prod --save <file>/);
    }
  });

  it("has no secret of settings or of a state, and tells encrypted texts apart", () => {
    const secret = { ...secretOf("hunter2"), value: "hunter2" };
    const data = withoutSecrets({ a: [{ secure: "v1:one" }, secret], b: { c: { secure: "v1:two" }, d: 1 } });
    const { a, b } = data as { a: string[]; b: { c: string; d: number } };
    assert.match(a[0] ?? "", /^\(encrypted, [0-9a-f]{12}\)$/);
    assert.notEqual(a[0], b.c);
    assert.deepEqual([a[1], b.d], ["(secret)", 1]);
    assert.doesNotMatch(JSON.stringify(data), /hunter2|v1:/);
  });

  it("is either read whole or refused, whatever somebody has changed in it", () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), (at, inserted) => {
        const read = readPlanFile(text.slice(0, at) + inserted + text.slice(at + 1), reader);
        assert.ok("wrong" in read || read.version === 1);
      }),
    );
  });
});

describe("a reviewed plan no longer fits", () => {
  it("when the settings have changed, also an encrypted password", () => {
    const { causes } = differs({
      settings: { services: { cart: { tag: "3" } }, credentials: { api: "(encrypted, 222222222222)" } },
    });
    assert.deepEqual(causes, [
      "setting flotilla:services.cart.tag: 2 → 3",
      "setting flotilla:credentials.api: (encrypted, 111111111111) → (encrypted, 222222222222)",
    ]);
    assert.deepEqual(differs({ settings: { ...now.settings, replicas: 2 } }).causes, [
      "setting flotilla:replicas: (none) → 2",
    ]);
  });

  it("when the program plans something else", () => {
    assert.deepEqual(differs({ plan: "eeeeeeeeeeee", program: "ffffffffffff" }).causes, [
      "plan: aaaaaaaaaaaa → eeeeeeeeeeee (the program's files have changed as well: bbbbbbbbbbbb → ffffffffffff)",
    ]);
  });

  it("when other files of a program could mean another masked value, and not otherwise", () => {
    assert.equal(mismatchOf(reviewed, { ...now, program: "ffffffffffff" }), undefined);
    const secret: ObjectChange = {
      kind: "Secret",
      name: "cart-env",
      change: "changed",
      diff: "+a: (masked, changed)",
    };
    const changes = [...now.changes, change({ release: RAILS, kind: "stack", objects: [secret] })];
    const masked = { ...reviewed, changes };
    assert.equal(mismatchOf(masked, { ...now, changes }), undefined);
    const { causes } = mismatchOf(masked, { ...now, changes, program: "ffffffffffff" }) ?? assert.fail();
    assert.match(
      causes.join(),
      /^program: .* The update changes Secrets\. A plan does not contain their values/,
    );
  });

  it("when a chart has changed, once for all of its releases", () => {
    const charts = { cart: "microservice 0.3.0 sha256:bbb", web: "microservice 0.3.0 sha256:bbb" };
    assert.deepEqual(differs({ charts }).causes, [
      "chart of cart, web: microservice 0.3.0 sha256:aaa → microservice 0.3.0 sha256:bbb",
    ]);
  });

  it("when an image's tag has changed, with both differences", () => {
    const { causes, gone, unreviewed } = differs({
      changes: [
        change({
          objects: [deployment("3")],
          pods: [{ workload: "Deployment cart", effect: "restart", count: 2, why: "image 1 → 3" }],
        }),
      ],
    });
    assert.deepEqual(causes, []);
    assert.deepEqual(
      [gone, unreviewed].map((parts) => parts.map(({ what }) => what)),
      [
        ["pods: 2 restart: image 1 → 2", "~ Deployment cart"],
        ["pods: 2 restart: image 1 → 3", "~ Deployment cart"],
      ],
    );
    assert.match(gone[1]?.diff ?? "", /\+image: cart:2/);
    assert.match(unreviewed[1]?.diff ?? "", /\+image: cart:3/);
  });

  it("when anything that a review sees has changed", () => {
    const overrides: Partial<ReleaseChange>[] = [
      { change: "replaced" },
      { kind: "store" },
      { labelsOnly: 2 },
      { about: ["Helm waits: 60 s → 90 s"] },
      { storage: ["DELETED with the namespace: data (1Gi)"] },
      { immutable: ["Deployment cart: spec.selector"] },
      { pods: [] },
      { objects: [] },
      { objects: [deployment("2"), { ...deployment("2"), name: "cart-2" }] },
      { objects: [{ ...deployment("2"), change: "removed" }] },
    ];
    for (const override of overrides) {
      const { gone, unreviewed } = differs({ changes: [change(override)] });
      assert.ok(gone.length + unreviewed.length > 0, JSON.stringify(override));
    }
    assert.equal(differs({ changes: [] }).unreviewed.length, 0);
    assert.equal(differs({ changes: [change(), change({ release: "web" })] }).gone.length, 0);
  });

  it("when somebody has updated the stack", () => {
    assert.deepEqual(differs(deployed({ update: 13 })).causes, [
      "updates: the newest update was 12 when the plan was saved, and is now 13",
    ]);
    assert.match(differs(deployed({ update: 0 })).causes.join(), /and is now none/);
  });

  it("when somebody has upgraded or uninstalled a release with helm", () => {
    const { cart, web } = now.deployed.releases;
    assert.ok(cart && web);
    const releases = (changed: object) => deployed({ releases: { web, cart: { ...cart, ...changed } } });
    assert.deepEqual(differs(releases({ revision: 4 })).causes, ["deployed release cart.revision: 3 → 4"]);
    assert.deepEqual(differs(releases({ status: "missing", revision: undefined })).causes, [
      "deployed release cart.revision: 3 → (none)",
      "deployed release cart.status: deployed → missing",
    ]);
    assert.deepEqual(differs(releases({ inputs: "eeeeeeeeeeee" })).causes, [
      "deployed release cart.inputs: cccccccccccc → eeeeeeeeeeee",
    ]);
    assert.match(
      differs(deployed({ releases: { cart } })).causes.join(),
      /^deployed release web: .* → \(none\)$/,
    );
  });

  it("when the cluster has lost something, or has it again", () => {
    assert.deepEqual(differs(deployed({ lost: ["Secret cart-env"] })).causes, [
      "missing in the cluster since: Secret cart-env",
    ]);
    const lost = { ...reviewed, deployed: { ...reviewed.deployed, lost: ["Secret cart-env"] } };
    assert.deepEqual(mismatchOf(lost, now)?.causes, ["no longer missing in the cluster: Secret cart-env"]);
  });

  it("when it is another cluster, and not when the same one has another address", () => {
    const moved = { ...now.cluster, server: "https://10.0.0.1", name: "other", ca: "c-2" };
    assert.equal(mismatchOf(reviewed, { ...now, cluster: moved }), undefined);
    assert.deepEqual(differs({ cluster: { ...moved, uid: "u-2" } }).causes, [
      "cluster: u-1 at https://prod.example.com → u-2 at https://10.0.0.1",
    ]);
    const { uid: _, ...unread } = moved;
    assert.match(differs({ cluster: unread }).causes.join(), /^cluster: /);
  });

  it("and is shown with what has changed and the differences of both", () => {
    const shown = showMismatch(
      differs({ ...deployed({ update: 13 }), changes: [change({ objects: [deployment("3")] })] }),
    );
    assert.match(shown, /Changed since the plan was saved:\n {2}updates: /);
    assert.match(shown, /no longer does it:\n {2}cart\n {4}~ Deployment cart\n {6}@@[\s\S]*\+image: cart:2/);
    assert.match(shown, /does it now:\n {2}cart\n {4}~ Deployment cart\n {6}@@[\s\S]*\+image: cart:3/);
  });
});

describe("the digest of a plan", () => {
  const shop = (tag = "1.0.0", store: Partial<Store> = {}) =>
    application({
      services: { web: service({ image: { repository: "example.com/web", tag }, uses: ["cache"] }) },
      stores: { cache: redis(store) },
    });

  it("is the same for the same plan, whatever the order of keys and whoever owns it", () => {
    assert.equal(dataDigest({ a: 1, b: [{ c: 2, d: 3 }] }), dataDigest({ b: [{ d: 3, c: 2 }], a: 1 }));
    assert.notEqual(dataDigest([1, 2]), dataDigest([2, 1]));
    const owned = (id: string) => {
      const context = contextFor(shop(), {}, { owner: { stack: "flotilla/test", id } });
      const planned = plan(context);
      assert.ok(JSON.stringify(planned).includes(id));
      return planDigest(planned, context.owner);
    };
    assert.equal(owned("abc"), owned("(new)"));
  });

  it("differs for another plan, and that of an update for another state", () => {
    const digest = (tag?: string, store?: Partial<Store>) => planDigest(planFor(shop(tag, store)), undefined);
    assert.notEqual(digest(), digest("1.0.1"));
    assert.notEqual(digest(), digest("1.0.0", { storage: "2Gi" }));
    const planned = planFor(shop());
    const release = { kind: "service" as const, chart: "charts/microservice", values: { a: 1 } };
    assert.equal(updateDigest(planned, undefined, {}), updateDigest(planned, undefined, {}));
    assert.notEqual(updateDigest(planned, undefined, {}), updateDigest(planned, undefined, { web: release }));
  });
});
