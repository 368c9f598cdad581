/** What the engine would do, what a cluster has lost, and what an earlier replacement left behind. */
import assert from "node:assert/strict";
import { show } from "../../cli/commands/status";
import type { ReleaseChange } from "../../cli/core/diff/compare";
import { type EngineStep, empty, withEngine } from "../../cli/core/diff/engine-steps";
import { engineSteps } from "../../cli/core/diff/engine-view";
import type { PreviewStep } from "../../cli/core/preview-step";
import type { ReleaseStatus } from "../../cli/core/release-status";
import type { ExportedResource } from "../../cli/core/state";
import { pendingDeletes } from "../../cli/core/state";
import { youngClaims } from "../../cli/core/young-claims";
import { withLost } from "../../cli/stack/comparison/recreated";
import { RAILS } from "../../cli/stack/comparison/renderer";
import type { Kubectl } from "../../cli/stack/kubectl";
import { lostJson, lostText, readLost, readLostObjects, withoutPending } from "../../cli/stack/lost";
import type { LiveRelease } from "../../cli/stack/releases";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const SECRET = "kubernetes:core/v1:Secret";
const NAMESPACE = "kubernetes:core/v1:Namespace";
const PROVIDER = "pulumi:providers:kubernetes";
const PASSWORD = "random:index/randomPassword:RandomPassword";
const urn = (type: string, name: string) =>
  `urn:pulumi:dev::flotilla::flotilla:index:Application$${type}::${name}`;

const change = (release: string, overrides: Partial<ReleaseChange> = {}): ReleaseChange => ({
  ...empty(release, "service", "changed"),
  ...overrides,
});
const step = (operation: EngineStep["operation"], kind: string, name: string, more = {}): EngineStep => ({
  urn: `urn:pulumi:dev::flotilla::${kind}::${name}`,
  operation,
  kind,
  name,
  differs: [],
  ...more,
});
const object = (kind: string, name: string, what: ReleaseChange["change"]) => ({
  kind,
  name,
  change: what,
  diff: "the diff",
});

describe("the engine's view of an update", () => {
  const merged = (
    changes: ReleaseChange[],
    steps: EngineStep[],
    claims: { name: string; size: string }[] = [],
  ) => withEngine(changes, steps, RAILS, claims);

  it("changes nothing if it agrees", () => {
    const changes = [
      change(RAILS, { kind: "stack", objects: [object("Secret", "db-auth", "changed")] }),
      change("web", { objects: [object("Deployment", "web", "changed")] }),
      change("new", { change: "added" }),
      change("old", { change: "removed" }),
    ];
    const steps = [
      step("update", "Secret", "db-auth"),
      step("update", "Release", "web"),
      step("create", "Release", "new"),
      step("delete", "Release", "old", { role: "service" }),
    ];
    // A release that is only added or removed has no objects here; then the engine's message is shown with it.
    const [rails, web, added, removed] = merged(changes, steps);
    assert.deepEqual([rails, web], changes.slice(0, 2));
    assert.deepEqual([added?.change, removed?.change], ["added", "removed"]);
    assert.deepEqual(merged([], []), []);
    assert.deepEqual(merged(changes, []), changes);
  });

  it("takes precedence if it is worse, and not if it is better", () => {
    const ranks = ["create", "update", "replace", "delete"] as const;
    const shown = ["added", "changed", "replaced", "removed"] as const;
    for (const [theirs, operation] of ranks.entries())
      for (const [ours, what] of shown.entries()) {
        const objects = [object("Deployment", "web", "changed")];
        const [release] = merged(
          [change("web", { change: what, objects })],
          [step(operation, "Release", "web")],
        );
        const worse = shown[Math.max(theirs, ours)];
        assert.equal(release?.change, worse, `${operation} beside ${what}`);
        assert.equal(release?.about.length, theirs > ours ? 1 : 0);
        const [rails] = merged(
          [change(RAILS, { objects: [object("Secret", "db-auth", what)] })],
          [step(operation, "Secret", "db-auth")],
        );
        assert.equal(rails?.objects.length, 1);
        assert.equal(rails?.objects[0]?.change, worse);
        assert.match(rails?.objects[0]?.diff ?? "", /the diff$/);
      }
  });

  it("is reported with what differs, and that a replaced release is uninstalled", () => {
    const [release] = merged(
      [change("web", { objects: [object("Deployment", "web", "changed")] })],
      [step("replace", "Release", "web", { differs: ["provider", "name"] })],
    );
    assert.deepEqual(release?.about, ["Pulumi: replace (provider, name)"]);
    assert.match(release?.storage.join() ?? "", /^REPLACED: .*this one is uninstalled$/);
  });

  it("adds what the rendered objects do not show", () => {
    const changes = merged(
      [],
      [
        step("update", "Release", "db", { role: "store", differs: ["timeout"] }),
        step("update", "Connection", "cluster"),
      ],
    );
    assert.deepEqual(changes, [
      change(RAILS, {
        kind: "stack",
        objects: [{ kind: "Connection", name: "cluster", change: "changed", diff: "Pulumi: update" }],
      }),
      change("db", { kind: "store", about: ["Pulumi: update (timeout)"] }),
    ]);
    const [only, ...more] = merged([], [step("delete", "Release", "gone")]);
    assert.deepEqual([only?.kind, only?.change, more], ["release", "removed", []]);
  });

  it("lists every claim that is deleted with a namespace", () => {
    const claims = [
      { name: "data-db-0", size: "8Gi" },
      { name: "data-cache-0", size: "1Gi" },
    ];
    for (const operation of ["delete", "replace"] as const) {
      const [rails] = merged([change("web")], [step(operation, "Namespace", "shop")], claims);
      assert.deepEqual(
        [rails?.release, rails?.storage],
        [RAILS, ["DELETED with the namespace: data-db-0 (8Gi), data-cache-0 (1Gi)"]],
      );
    }
    const [empty] = merged([], [step("delete", "Namespace", "shop")]);
    assert.deepEqual(empty?.storage, ["DELETED with the namespace: no volumes"]);
    const [labels] = merged([], [step("update", "Namespace", "shop")], claims);
    assert.deepEqual(labels?.storage, []);
    const [known] = merged(
      [change(RAILS, { storage: ["as before"], objects: [object("Namespace", "shop", "changed")] })],
      [step("replace", "Namespace", "shop")],
      claims,
    );
    assert.deepEqual(known?.storage, [
      "as before",
      "DELETED with the namespace: data-db-0 (8Gi), data-cache-0 (1Gi)",
    ]);
  });
});

describe("the steps of a preview", () => {
  const previewed = (
    op: string,
    type: string,
    name: string,
    more: Partial<PreviewStep> = {},
  ): PreviewStep => ({
    op,
    urn: urn(type, name),
    newState: { type },
    ...more,
  });
  const deployed = { db: { kind: "store" as const, chart: "", values: {} } };

  it("are those of the cluster, its provider and passwords", () => {
    const steps = engineSteps(
      [
        previewed("update", "pulumi:pulumi:Stack", "flotilla-dev"),
        previewed("delete", "flotilla:index:Store", "db"),
        previewed("update", RELEASE, "db"),
        previewed("import", SECRET, "db-auth"),
        previewed("update", PROVIDER, "cluster"),
        previewed("create", PASSWORD, "new-app"),
        previewed("delete", PASSWORD, "db-app"),
        previewed("refresh", SECRET, "web-env"),
        previewed("discard", SECRET, "web-env"),
      ],
      deployed,
    );
    assert.deepEqual(
      steps.map(({ operation, kind, name, role }) => [operation, kind, name, role]),
      [
        ["update", "Release", "db", "store"],
        ["create", "Secret", "db-auth", undefined],
        ["update", "Connection", "cluster", undefined],
        ["delete", "Password", "db-app", undefined],
      ],
    );
  });

  it("combine the halves of a replacement, in either order", () => {
    for (const ops of [
      ["create-replacement", "replace", "delete-replaced"],
      ["delete-replaced", "replace", "create-replacement"],
      ["replace", "create"],
    ]) {
      const [only, ...more] = engineSteps(
        ops.map((op) =>
          previewed(op, NAMESPACE, "shop", op === "replace" ? { diffReasons: ["metadata"] } : {}),
        ),
        {},
      );
      assert.deepEqual(more, []);
      assert.deepEqual([only?.operation, only?.differs], ["replace", ["metadata"]], ops.join());
    }
  });

  it("name each different input once, and objects as the cluster does", () => {
    const inputs = { metadata: { name: "shop-dev" } };
    const [found] = engineSteps(
      [
        previewed("update", NAMESPACE, "namespace", {
          newState: { type: NAMESPACE, inputs },
          diffReasons: ["metadata"],
          detailedDiff: { "metadata.labels.a": {}, "metadata.labels[0]": {}, 'spec["x.y"]': {} },
        }),
      ],
      {},
    );
    assert.equal(found?.name, "shop-dev");
    assert.deepEqual(found?.differs, ["metadata", "spec"]);
    const [gone] = engineSteps(
      [{ op: "delete", urn: urn(RELEASE, "x"), oldState: { type: RELEASE, inputs: { name: "db" } } }],
      deployed,
    );
    assert.deepEqual([gone?.operation, gone?.name, gone?.role], ["delete", "db", "store"]);
  });
});

const resource = (type: string, name: string, more: Partial<ExportedResource> = {}): ExportedResource => ({
  urn: urn(type, name),
  type,
  inputs:
    type === RELEASE
      ? { name, namespace: "shop" }
      : { apiVersion: "v1", kind: type.split(":").at(-1), metadata: { name, namespace: "shop" } },
  ...more,
});

describe("what an earlier replacement left behind", () => {
  const provider = (id: string, more: Partial<ExportedResource> = {}) =>
    resource(PROVIDER, "cluster", { id, ...more });
  const by = (id: string) => ({ provider: `${urn(PROVIDER, "cluster")}::${id}` });

  it("is what is pending deletion in the cluster, not what is only removed from the state", () => {
    const old = resource(RELEASE, "db", { delete: true });
    const kept = resource(RELEASE, "web", { delete: true, retainOnDelete: true });
    assert.deepEqual(pendingDeletes([resource(RELEASE, "db"), old, kept]), [old]);
  });

  it("leaves the state, and the current provider takes over the work of the old one", () => {
    const there = [
      provider("new"),
      resource(RELEASE, "db", by("new")),
      resource(SECRET, "untouched", by("old")),
      resource(PASSWORD, "db-app"),
    ];
    const state = [
      ...there,
      provider("old", { delete: true }),
      resource(RELEASE, "db", { ...by("old"), delete: true }),
    ];
    assert.deepEqual(withoutPending(state), [
      there[0],
      there[1],
      { ...resource(SECRET, "untouched"), ...by("new") },
      there[3],
    ]);
    assert.deepEqual(by("old"), { provider: state[2]?.provider }, "the input is not changed");
  });

  it("changes nothing in a state without it, and does not touch other providers", () => {
    const state = [
      provider("new"),
      resource(RELEASE, "db", by("new")),
      resource(SECRET, "x", { provider: "urn:pulumi:dev::flotilla::pulumi:providers:other::default::7" }),
      resource(SECRET, "kept", { ...by("new"), delete: true, retainOnDelete: true }),
    ];
    assert.deepEqual(withoutPending(state), state);
    assert.deepEqual(withoutPending([]), []);
  });
});

describe("a claim that its StatefulSet has recreated", () => {
  const set = (more: object = {}, name = "db") => ({
    kind: "StatefulSet",
    metadata: {
      name,
      labels: { "app.kubernetes.io/instance": "db" },
      creationTimestamp: "2026-01-01T10:00:00Z",
    },
    spec: { replicas: 1, volumeClaimTemplates: [{ metadata: { name: "data" } }], ...more },
  });
  const annotations = { "volume.kubernetes.io/storage-provisioner": "ebs.csi.aws.com" };
  const claim = (
    createdAt: string,
    { metadata = {}, spec = {} }: { metadata?: object; spec?: object } = {},
  ) => ({
    name: "data-db-0",
    size: "8Gi",
    object: { metadata: { name: "data-db-0", creationTimestamp: createdAt, annotations, ...metadata }, spec },
  });
  const LATER = "2026-01-03T08:00:00Z";

  it("is younger than the store", () => {
    const found = youngClaims([claim(LATER)], [set()]);
    assert.deepEqual(found, [{ claim: "data-db-0", release: "db", createdAt: LATER }]);
    assert.equal(youngClaims([claim(LATER)], [set({ replicas: 0 })]).length, 1, "its pod is stopped");
    const said = show("dev", { resources: [], namespace: "shop", lost: [], young: found, unseen: [] }, [
      { release: "db", status: "deployed", pods: { ready: 1, wanted: 1 } } as ReleaseStatus,
    ]);
    assert.match(
      said,
      /claim data-db-0 is newer than db: it was created empty at 2026-01-03T08:00:00Z\. If that was not/,
    );
    assert.match(said, /kubectl annotate pvc data-db-0 flotilla\.dev\/began-empty=true -n shop/);
  });

  it("does not include one created with the store, before it, or after a wait for its pods", () => {
    for (const createdAt of ["2026-01-01T10:00:01Z", "2025-12-31T10:00:00Z", "2026-01-01T10:45:00Z"])
      assert.deepEqual(youngClaims([claim(createdAt)], [set()]), [], createdAt);
  });

  it("does not include those of several pods, which replicate the data, nor of another store or of a Deployment", () => {
    assert.deepEqual(youngClaims([claim(LATER)], [set({ replicas: 3 })]), []);
    assert.deepEqual(youngClaims([claim(LATER)], [set({}, "db-2")]), []);
    assert.deepEqual(youngClaims([claim(LATER)], [{ ...set(), kind: "Deployment" }]), []);
    assert.deepEqual(youngClaims([claim(LATER)], [set({ volumeClaimTemplates: undefined })]), []);
  });

  it("does not include one with an existing volume, from a snapshot or backup, or one that was intended", () => {
    const meant = { annotations: { ...annotations, "flotilla.dev/began-empty": "true" } };
    for (const change of [
      { metadata: { annotations: {} } },
      { spec: { dataSource: { kind: "VolumeSnapshot", name: "yesterday" } } },
      { spec: { dataSourceRef: { kind: "VolumeSnapshot", name: "yesterday" } } },
      { metadata: { labels: { "velero.io/restore-name": "restore-1" } } },
      { metadata: meant },
    ])
      assert.deepEqual(youngClaims([claim(LATER, change)], [set()]), [], JSON.stringify(change));
  });
});

describe("what a cluster has lost", () => {
  const asked: unknown[] = [];
  const kubectl = (...found: string[]) =>
    ({
      run: async (_: unknown, { input = "" }: { input?: string } = {}) => {
        asked.push(JSON.parse(input));
        return found.join("\n");
      },
    }) as unknown as Kubectl;
  const live = (...names: string[]) => Object.fromEntries(names.map((name) => [name, {} as LiveRelease]));
  const policy = resource("kubernetes:networking.k8s.io/v1:NetworkPolicy", "deny", {
    inputs: {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "deny", namespace: "shop" },
    },
  });
  const state = [
    resource(PROVIDER, "cluster"),
    resource(PASSWORD, "db-app"),
    resource(SECRET, "db-auth"),
    policy,
    resource(RELEASE, "db"),
    resource(RELEASE, "old", { delete: true }),
  ];

  it("is nothing while it has everything", async () => {
    const lost = await readLost(
      kubectl("secret/db-auth", "networkpolicy.networking.k8s.io/deny"),
      state,
      live("db"),
    );
    assert.deepEqual(lost, []);
  });

  it("is every missing object and release, except what is pending deletion", async () => {
    const lost = await readLost(kubectl("secret/db-auth-2"), state, live("db-2"));
    assert.deepEqual(
      lost.map(({ urn }) => urn.split("::").at(-1)),
      ["db-auth", "deny", "db"],
    );
  });

  it("is looked up by identity only: no Secret's value is sent, and without objects there is no request", async () => {
    asked.length = 0;
    const secret = resource(SECRET, "db-auth");
    await readLost(
      kubectl(),
      [{ ...secret, inputs: { ...secret.inputs, data: { password: "c2VjcmV0" } } }],
      {},
    );
    assert.doesNotMatch(JSON.stringify(asked), /c2VjcmV0|"data"/);
    asked.length = 0;
    await readLost(kubectl(), [resource(RELEASE, "db")], {});
    assert.deepEqual(asked, []);
  });

  it("is reported for objects even if releases were not looked up", async () => {
    const lost = await readLostObjects(kubectl("networkpolicy.networking.k8s.io/deny"), state);
    assert.deepEqual(lostJson(lost), [{ kind: "Secret", name: "db-auth" }]);
  });

  it("is named as in the cluster, and a namespace represents everything that was in it", () => {
    const namespace = resource(NAMESPACE, "namespace", {
      inputs: { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
    });
    const lost = [resource(SECRET, "db-auth"), policy, resource(RELEASE, "db")];
    assert.equal(lostText(lost), "the cluster has lost Secret db-auth, NetworkPolicy deny, Release db");
    assert.match(
      lostText([...lost, namespace]),
      /lost namespace shop and everything in it, volumes included$/,
    );
    assert.deepEqual(lostJson([policy, namespace]), [
      { kind: "NetworkPolicy", name: "deny" },
      { kind: "Namespace", name: "shop" },
    ]);
  });

  it("is reported by a status even if all releases are healthy", () => {
    const look = { resources: state, namespace: "shop", young: [], unseen: [] as string[] };
    const said = show("dev", { ...look, lost: [resource(SECRET, "db-auth")] }, []);
    assert.match(said, /But the cluster has lost Secret db-auth\./);
    assert.match(said, /npx flotilla up --stack dev {4}recreate what the cluster has lost/);
    assert.doesNotMatch(show("dev", { ...look, lost: [] }, []), /lost/);
    const denied = show(
      "dev",
      { ...look, lost: [resource(SECRET, "db-auth")], unseen: ["kubectl get: Forbidden"] },
      [],
    );
    assert.match(denied, /note not everything could be checked: kubectl get: Forbidden/);
  });

  it("is shown as reinstalled, with empty volumes if none are left", () => {
    const added = change("db", { kind: "store", change: "added", storage: ["8Gi for each pod"] });
    const [shown, rails, web] = withLost(
      [added, change(RAILS, { kind: "stack" }), change("web")],
      [resource(RELEASE, "db"), resource(SECRET, "db-auth"), resource(RELEASE, "web")],
      [],
    );
    assert.deepEqual(shown?.about, ["missing in the cluster, so it is reinstalled"]);
    assert.deepEqual(shown?.storage, ["EMPTY volumes: 8Gi for each pod"]);
    assert.deepEqual(rails?.about, ["objects missing in the cluster are recreated"]);
    assert.deepEqual(web, change("web"), "a change that is not an addition is none of the loss");
  });

  it("is reported to reuse the claims that its pods left behind, and no others", () => {
    const claim = (name: string, size: string, release?: string) => ({
      name,
      size,
      object: {
        metadata: { name, ...(release ? { labels: { "app.kubernetes.io/instance": release } } : {}) },
      },
    });
    const claims = [
      claim("data-db-0", "8Gi", "db"),
      claim("data-db-2-0", "1Gi", "db-2"),
      claim("by-hand", "1Gi"),
    ];
    const added = change("db", { kind: "store", change: "added", storage: ["8Gi for each pod"] });
    const [shown] = withLost([added], [resource(RELEASE, "db")], claims);
    assert.deepEqual(shown?.storage, ["uses existing claims: data-db-0 (8Gi)"]);
  });
});
