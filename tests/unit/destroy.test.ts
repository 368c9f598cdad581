/** What destroying a stack deletes and keeps. */
import assert from "node:assert/strict";
import { decide, isEmpty, lossOf, namespacesOf } from "../../cli/core/destroy/decide";
import { recreatedNamespace, refusalOf } from "../../cli/core/destroy/refusals";
import type { ExportedResource } from "../../cli/core/state";
import { clusterOfState, pointed, unprotected } from "../../cli/stack/destruction/unprotect";
import type { HeldClaim, Holdings } from "../../cli/stack/holdings";
import type { LiveRelease } from "../../cli/stack/releases";
import { showDestruction, staying } from "../../cli/terminal/destruction";

const namespace = "shop-dev";
const urn = (type: string, name: string, parent = "Credentials") =>
  `urn:pulumi:dev::flotilla::flotilla:index:Application$flotilla:index:${parent}$${type}::${name}`;
const object = (kind: string, name: string, more: Partial<ExportedResource> = {}): ExportedResource => {
  const type = `kubernetes:${kind}`;
  const metadata = kind.endsWith(":Namespace") ? { name } : { name, namespace };
  return { urn: urn(type, name), type, inputs: { metadata }, protect: true, ...more };
};
const release = (name: string, component = "Store"): ExportedResource => {
  const type = "kubernetes:helm.sh/v3:Release";
  const outputs = { name, chart: "./charts/store", values: {} };
  return { urn: urn(type, name, component), type, inputs: { name, namespace }, outputs, protect: true };
};
const room = object("core/v1:Namespace", namespace, { outputs: { metadata: { name: namespace, uid: "a" } } });
const password: ExportedResource = {
  urn: urn("random:index/randomPassword:RandomPassword", "mysql-root"),
  type: "random:index/randomPassword:RandomPassword",
};
const stackItself: ExportedResource = {
  urn: "urn:pulumi:dev::flotilla::pulumi:pulumi:Stack::flotilla-dev",
  type: "pulumi:pulumi:Stack",
};
const component: ExportedResource = {
  urn: "urn:pulumi:dev::flotilla::flotilla:index:Application::shop",
  type: "flotilla:index:Application",
  parent: stackItself.urn,
};
const resources = [
  stackItself,
  component,
  {
    urn: "urn:pulumi:dev::flotilla::pulumi:providers:kubernetes::cluster",
    type: "pulumi:providers:kubernetes",
  },
  room,
  password,
  object("core/v1:Secret", "mysql-auth"),
  object("networking.k8s.io/v1:NetworkPolicy", "shop-dev-default-deny"),
  release("mysql"),
  release("web", "Microservice"),
];

const live = (...names: string[]): Record<string, LiveRelease> =>
  Object.fromEntries(
    names.map((name) => {
      const newest = { name, namespace, revision: 1, status: "deployed", description: "", deployedAt: "" };
      return [
        name,
        {
          newest: { ...newest, chart: { name: "store", version: "1" }, values: {}, manifest: "" },
          oldest: 1,
        },
      ];
    }),
  );
const claim = (name: string, volumeName?: string, more: object = {}): HeldClaim => ({
  kind: "PersistentVolumeClaim",
  metadata: { name, labels: { "app.kubernetes.io/instance": "mysql" }, ...more },
  spec: { ...(volumeName ? { volumeName } : {}), resources: { requests: { storage: "8Gi" } } },
});
const volume = (name: string, persistentVolumeReclaimPolicy: string) => ({
  metadata: { name },
  spec: { persistentVolumeReclaimPolicy },
});
const holdings = (overrides: Partial<Holdings> = {}): Holdings => ({
  namespace,
  uid: "a",
  live: live("mysql", "web"),
  missing: [],
  workloads: [],
  objects: [],
  claims: [],
  volumes: [],
  ...overrides,
});
const fates = (overrides: Partial<Holdings>, of: readonly ExportedResource[] = resources) =>
  decide(of, [holdings(overrides)]).claims.map(({ claim, fate }) => [claim, fate]);

describe("destroying a stack", () => {
  it("recognizes a stack without deployed resources", () => {
    assert.ok(isEmpty([]));
    assert.ok(isEmpty([stackItself]));
    assert.ok(!isEmpty(resources));
  });

  it("finds the stack's namespaces and what it has in each", () => {
    assert.deepEqual([...namespacesOf(resources)], [[namespace, ["mysql", "web"]]]);
  });

  it("lists what is deleted: releases, Secrets, passwords, the namespace and the rest, but nothing that is only in the state", () => {
    const { releases, secrets, passwords, namespaces, rest, gone, foreign } = decide(resources, [holdings()]);
    assert.deepEqual(
      releases.map(({ name, kind }) => `${kind} ${name}`),
      ["store mysql", "service web"],
    );
    assert.deepEqual([secrets, passwords], [["mysql-auth"], ["mysql-root"]]);
    assert.deepEqual(namespaces, [{ name: namespace, fate: "goes" }]);
    assert.deepEqual(rest, ["NetworkPolicy shop-dev-default-deny"]);
    assert.deepEqual([gone, foreign], [[], []]);
  });

  it("assumes that data is deleted unless its volume is known to be kept", () => {
    const claims = [claim("data-mysql-0", "one"), claim("data-mysql-1", "two"), claim("data-mysql-2")];
    const volumes = [volume("one", "Delete"), volume("two", "Retain")];
    assert.deepEqual(fates({ claims, volumes }), [
      ["data-mysql-0", "deleted"],
      ["data-mysql-1", "retained"],
      ["data-mysql-2", "empty"],
    ]);
    const unreadable = { ...holdings({ claims }) };
    delete unreadable.volumes;
    const found = decide(resources, [unreadable]).claims;
    assert.deepEqual(
      found.map(({ fate }) => fate),
      ["deleted", "deleted", "empty"],
    );
    assert.deepEqual(lossOf(found), { count: 2, size: "16 GiB" });
  });

  it("attributes claims: by label, by name, or to others, which come last", () => {
    const labels = {};
    const claims = [
      claim("backup", "one", { labels: { "app.kubernetes.io/instance": "tool" } }),
      claim("data-mysql-0", "two", { labels }),
      claim("data-mysql-primary-0", "three", { labels }),
      claim("uploads", "four", { labels }),
    ];
    assert.deepEqual(
      decide(resources, [holdings({ claims })]).claims.map(({ claim, of, isOwn }) => [claim, of, isOwn]),
      [
        ["data-mysql-0", "mysql", true],
        ["data-mysql-primary-0", "mysql", true],
        ["backup", "tool", false],
        ["uploads", undefined, false],
      ],
    );
  });

  it("keeps claims in a namespace that the stack did not create, except those that are deleted with a release", () => {
    const without = resources.filter((resource) => resource !== room);
    const claims = [
      claim("data-mysql-0", "one"),
      claim("of-release", "two", { annotations: { "meta.helm.sh/release-name": "mysql" } }),
      claim("kept", "three", {
        annotations: { "meta.helm.sh/release-name": "mysql", "helm.sh/resource-policy": "keep" },
      }),
      claim("owned", "four", {
        labels: { "app.kubernetes.io/instance": "mysql" },
        ownerReferences: [{ kind: "StatefulSet", name: "mysql" }],
      }),
    ];
    assert.deepEqual(fates({ claims }, without), [
      ["data-mysql-0", "stays"],
      ["kept", "stays"],
      ["of-release", "deleted"],
      ["owned", "deleted"],
    ]);
    const { namespaces, foreign } = decide(without, [holdings({ live: live("mysql", "web", "tool") })]);
    assert.deepEqual(namespaces, [{ name: namespace, fate: "stays" }]);
    assert.deepEqual(foreign, [], "objects of others are kept with the namespace");
  });

  it("keeps the Secret of a store with its data, in a namespace that is kept, and reports it", () => {
    const kept = resources.map((resource) =>
      resource.type === "kubernetes:core/v1:Secret" ? { ...resource, retainOnDelete: true } : resource,
    );
    const all = decide(kept, [holdings()]);
    assert.deepEqual([all.secrets, all.secretsLeft], [["mysql-auth"], []], "it goes with the namespace");
    const without = kept.filter((resource) => resource !== room);
    const part = decide(without, [holdings({ claims: [claim("data-mysql-0", "one")] })]);
    assert.deepEqual([part.secrets, part.secretsLeft], [[], ["mysql-auth"]]);
    assert.match(staying(part).join("\n"), /^Secrets with the passwords of that data: mysql-auth$/m);
  });

  it("lists what else is deleted with the namespace, once each, and nothing of the stack", () => {
    const held = (kind: string, name: string, more: object = {}) => ({ kind, metadata: { name, ...more } });
    const ofHelm = (release: string) => ({ annotations: { "meta.helm.sh/release-name": release } });
    const objects = [
      held("Deployment", "web", ofHelm("web")),
      held("Deployment", "tool", ofHelm("tool")),
      held("Service", "lost", ofHelm("uninstalled")),
      held("Secret", "mysql-auth"),
      held("Secret", "by-hand"),
      held("ConfigMap", "kube-root-ca.crt"),
      held("Pod", "web-1", { ownerReferences: [{ kind: "ReplicaSet", name: "web" }] }),
      held("Pod", "debug"),
      held("Job", "hook", {
        labels: { "app.kubernetes.io/managed-by": "Helm", "app.kubernetes.io/instance": "web" },
      }),
      held("CronJob", "dump", { labels: { "app.kubernetes.io/instance": "mysql" } }),
    ];
    assert.deepEqual(decide(resources, [holdings({ objects, live: live("mysql", "web", "tool") })]).foreign, [
      "Helm release tool",
      "CronJob dump",
      "Pod debug",
      "Secret by-hand",
      "Service lost",
    ]);
  });

  it("removes from the state what helm no longer has, and with a namespace everything that was in it", () => {
    const [mysql, web] = resources.slice(-2) as [ExportedResource, ExportedResource];
    const one = decide(resources, [holdings({ live: live("web"), missing: ["mysql"] })]);
    assert.deepEqual(one.gone, [mysql.urn]);
    assert.deepEqual(
      one.releases.map(({ name, isGone }) => [name, isGone]),
      [
        ["mysql", true],
        ["web", false],
      ],
    );
    const { uid: _, ...lost } = holdings({ live: {}, missing: ["mysql", "web"] });
    const all = decide(resources, [lost]);
    assert.deepEqual(all.namespaces, [{ name: namespace, fate: "gone" }]);
    assert.deepEqual(
      all.gone,
      resources.filter(({ type }) => type.startsWith("kubernetes:")).map(({ urn }) => urn),
    );
    assert.ok(all.gone.includes(web.urn) && !all.gone.includes(password.urn));
  });

  it("refuses a namespace that the stack did not create: it may be in another cluster", () => {
    const other = decide(resources, [holdings({ uid: "b" })]);
    assert.deepEqual(other.namespaces, [{ name: namespace, fate: "recreated" }]);
    assert.match(
      recreatedNamespace("dev", other) ?? "",
      /shop-dev is not the one[\s\S]*npx flotilla recover --stack dev/,
    );
    assert.equal(recreatedNamespace("dev", decide(resources, [holdings()])), undefined);
  });

  it("points the engine to the cluster that was inspected", () => {
    const provider = {
      urn: "urn:pulumi:dev::flotilla::pulumi:providers:kubernetes::cluster",
      type: "pulumi:providers:kubernetes",
      inputs: { context: "old", kubeconfig: "/home/ci/config", enableSecretMutable: "true" },
      outputs: { context: "old", enableSecretMutable: "true" },
    };
    assert.deepEqual(clusterOfState([room, provider]), { context: "old", kubeconfig: "/home/ci/config" });
    assert.equal(clusterOfState([room]), undefined);
    const [before, after] = pointed([room, provider], { context: "new", kubeconfig: undefined });
    assert.deepEqual(before, room);
    assert.deepEqual(after, {
      ...provider,
      inputs: { context: "new", enableSecretMutable: "true" },
      outputs: { context: "new", enableSecretMutable: "true" },
    });
  });

  it("unprotects everything, and keeps no reference to what it drops", () => {
    const child = {
      ...object("core/v1:Secret", "web"),
      parent: room.urn,
      dependencies: [room.urn, password.urn],
      propertyDependencies: { data: [password.urn], metadata: [room.urn], type: null },
      deletedWith: room.urn,
    };
    const before = [stackItself, component, { ...room, parent: component.urn }, password, child];
    const after = unprotected(before, [room.urn]);
    assert.doesNotMatch(JSON.stringify(after), /protect"|v1:Namespace/);
    assert.deepEqual(after.at(-1), {
      urn: child.urn,
      type: child.type,
      inputs: child.inputs,
      parent: component.urn,
      dependencies: [password.urn],
      propertyDependencies: { data: [password.urn], metadata: [], type: null },
    });
    assert.equal(child.protect, true, "the input is not changed");
    const untouched = unprotected(before, []).at(-1);
    const { protect: _, ...expected } = child;
    assert.deepEqual(untouched, expected);
  });

  it("refuses prod, and a stack whose environment is unknown", () => {
    for (const each of [
      { ofSettings: "prod" },
      { ofState: "prod" },
      { ofSettings: "dev", ofState: "prod" },
      { ofSettings: "prod", ofState: "dev" },
    ])
      assert.match(
        refusalOf("eu", each) ?? "",
        /environment prod[\s\S]*Nothing was deleted[\s\S]*unprotect --all/,
      );
    assert.match(refusalOf("eu", {}) ?? "", /cannot tell whether[\s\S]*Nothing was deleted/);
    for (const each of [
      { ofSettings: "dev" },
      { ofState: "staging" },
      { ofSettings: "local", ofState: "dev" },
    ])
      assert.equal(refusalOf("dev", each), undefined);
  });

  it("shows losses first, and what is kept last", () => {
    const claims = [claim("data-mysql-0", "one"), claim("data-mysql-1", "two")];
    const volumes = [volume("one", "Delete"), volume("two", "Retain")];
    const text = showDestruction(
      { stack: "dev", application: "shop" },
      decide(resources, [holdings({ claims, volumes })]),
    );
    assert.match(
      text,
      /^.*Destroy stack dev.*: shop in namespace shop-dev, on the current context\n\n.*the data of 1 volume, 8 GiB in total/,
    );
    assert.match(text, /What stays:\n {2}- PersistentVolume two, 8Gi: the data of mysql/);
    assert.match(
      showDestruction({ stack: "dev" }, decide(resources, [holdings()])),
      /No volumes are deleted\./,
    );
  });
});
