/** Reading what Helm, Pulumi and kubectl write. */
import assert from "node:assert/strict";
import { homedir } from "node:os";
import { gzipSync } from "node:zlib";
import { show } from "../../cli/commands/status";
import type { ManifestObject } from "../../cli/core/diff/manifests";
import { isChangedByHand, releaseStatuses } from "../../cli/core/release-status";
import { revealed, secretOf } from "../../cli/core/revealed";
import { folderOf } from "../../cli/stack/backend";
import { type Pair, readPairs } from "../../cli/stack/drift/dry-run";
import type { Kubectl } from "../../cli/stack/kubectl";
import { decode, newestOf } from "../../cli/stack/releases";
import { statusTable } from "../../cli/terminal/release-table";
import { ToolError } from "../../cli/tools/failure";
import { PROJECT } from "../../cli/tools/paths";
import { accessOf } from "../../src/runtime/ask-cluster";
import { kindOfRelease } from "../../src/runtime/state";

const stored = (version: number, status: string, values: object = {}) => ({
  name: "cart",
  version,
  info: { status, description: "Upgrade complete", last_deployed: "2026-01-01T00:00:00Z" },
  chart: { metadata: { name: "microservice", version: "0.3.0" } },
  config: values,
  manifest: "kind: Deployment\n",
});
const encoded = (record: object, zip = true): string => {
  const text = JSON.stringify(record);
  const inner = (zip ? gzipSync(text) : Buffer.from(text)).toString("base64");
  return Buffer.from(inner).toString("base64");
};

describe("Helm's records", () => {
  it("are read in Helm's current and in its first format", () => {
    for (const zip of [true, false]) {
      const revision = decode(encoded(stored(3, "deployed", { a: 1 }), zip));
      assert.equal(revision.revision, 3);
      assert.deepEqual(revision.values, { a: 1 });
      assert.deepEqual(revision.chart, { name: "microservice", version: "0.3.0" });
      assert.match(revision.manifest, /Deployment/);
    }
  });

  it("show the newest and the deployed revision, ordered by number and not by name", () => {
    const revisions = [stored(10, "pending-upgrade"), stored(9, "deployed"), stored(2, "failed")];
    const { cart } = newestOf(revisions.map((record) => decode(encoded(record))));
    assert.equal(cart?.newest.revision, 10);
    assert.equal(cart?.deployed?.revision, 9);
    assert.equal(cart?.oldest, Math.min(...revisions.map(({ version }) => version)));
    assert.equal(newestOf([decode(encoded(stored(1, "pending-install")))]).cart?.deployed, undefined);
  });
});

describe("a state", () => {
  it("is decoded, including secrets in secrets", () => {
    const state = { data: { a: secretOf("x"), list: [secretOf("y")] }, plain: 1 };
    assert.deepEqual(revealed(state), { data: { a: "x", list: ["y"] }, plain: 1 });
    const hidden = {
      a: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" },
    };
    assert.deepEqual(revealed(hidden), { a: undefined });
  });

  const state = (revision: number, values: object, initErrors?: string[]) => ({
    urn: "urn:pulumi:dev::flotilla::flotilla:index:Microservice$kubernetes:helm.sh/v3:Release::cart",
    type: "kubernetes:helm.sh/v3:Release",
    inputs: { name: "cart", values },
    outputs: { name: "cart", status: { revision } },
    ...(initErrors ? { initErrors } : {}),
  });
  const live = (version: number, status = "deployed", values: object = {}) =>
    newestOf([decode(encoded(stored(version, status, values)))]);

  it("detects a revision or values that helm changed outside Pulumi", () => {
    const changed = (version: number, values: object) =>
      isChangedByHand(state(1, { a: 1 }), live(version, "deployed", values).cart as never);
    assert.equal(changed(1, { a: 1 }), false);
    assert.equal(changed(2, { a: 1 }), true);
    assert.equal(changed(1, { a: 2 }), true, "after pulumi refresh the number is known");
    const failed = state(1, { a: 1 }, ["timed out"]);
    assert.equal(isChangedByHand(failed, live(3).cart as never), false, "Helm has rolled it back");
  });

  it("tells the kind of a release by its component", () => {
    const urn = (component: string) =>
      `urn:pulumi:dev::shop::flotilla:index:Application$${component}$kubernetes:helm.sh/v3:Release::db`;
    assert.equal(kindOfRelease(urn("flotilla:index:Store")), "store");
    assert.equal(kindOfRelease(urn("flotilla:index:Microservice")), "service");
    assert.equal(kindOfRelease(urn("other:index:Thing")), undefined);
  });

  it("is combined with the cluster into a status", () => {
    const namespace = {
      urn: "urn:pulumi:dev::flotilla::kubernetes:core/v1:Namespace::shop",
      type: "kubernetes:core/v1:Namespace",
    };
    const [cart, foreign] = releaseStatuses(
      [namespace, state(1, {})],
      { ...live(1), foreign: (live(4) as { cart: never }).cart },
      [
        {
          kind: "Deployment",
          metadata: { name: "cart", labels: { "app.kubernetes.io/instance": "cart" } },
          spec: { replicas: 2 },
          status: { readyReplicas: 3 },
        },
      ],
    );
    assert.deepEqual(cart?.pods, { ready: 2, wanted: 2 }, "old pods are still ready for a while");
    assert.equal(foreign?.kind, "unknown");
    const shared = releaseStatuses([state(1, {})], { ...live(1), foreign: live(4).cart as never }, []);
    assert.deepEqual(
      shared.map(({ release }) => release),
      ["cart"],
      "in a namespace of others, what the state does not know is theirs",
    );
    const [missing] = releaseStatuses([state(1, {})], {}, []);
    assert.deepEqual([missing?.status, missing?.drift], ["missing", "uninstalled"]);
    const [pending] = releaseStatuses([state(1, {})], live(2, "pending-upgrade"), []);
    assert.equal(pending?.drift, undefined, "an update in progress is not drift");
  });
});

describe("a status", () => {
  const first = newestOf([decode(encoded(stored(1, "pending-install")))]);
  const statusOf = (running: boolean) => {
    const releases = releaseStatuses([], first, [], running ? { cart: "service" } : {});
    const look = { resources: [], namespace: "shop", lost: [], young: [], unseen: [] };
    return show("dev", look, releases, running ? { by: "ann@laptop, process 7" } : undefined);
  };

  it("of a running first update offers neither recover nor adopt", () => {
    const said = statusOf(true);
    assert.match(said, /Its first update, by ann@laptop, process 7, is running\./);
    assert.match(said, /cart +service /);
    assert.doesNotMatch(said, /never been updated|flotilla (recover|adopt|up)|not in the state/);
    assert.match(said, /flotilla explain/);
    assert.match(statusOf(false), /Its first update was interrupted\.[\s\S]*flotilla recover/);
  });

  it("shows that a ready pod is an old one", () => {
    const deployment = (status: object) => ({
      kind: "Deployment",
      metadata: { name: "cart", labels: { "app.kubernetes.io/instance": "cart" } },
      spec: { replicas: 1 },
      status,
    });
    const podsOf = (status: object) => {
      const releases = releaseStatuses([], first, [deployment(status)], { cart: "service" });
      return [releases[0]?.pods, statusTable(releases)] as const;
    };
    const [during, text] = podsOf({ replicas: 2, updatedReplicas: 1, readyReplicas: 1 });
    assert.deepEqual(during, { ready: 1, wanted: 1, updated: 0 });
    assert.match(text, /1\/1 \(0 new\)/);
    assert.deepEqual(podsOf({ replicas: 1, updatedReplicas: 1, readyReplicas: 1 })[0], {
      ready: 1,
      wanted: 1,
    });
  });
});

describe("locations", () => {
  it("of a file backend are found from any folder", () => {
    assert.equal(folderOf("file:///var/state?no_tmp_dir=true"), "/var/state");
    assert.equal(folderOf("file://~"), homedir());
    assert.equal(folderOf("file://~/state"), `${homedir()}/state`);
    assert.equal(folderOf("file://./state"), `${PROJECT}/state`);
  });

  it("of the cluster are passed to kubectl and helm from the settings", () => {
    assert.deepEqual(accessOf({}), []);
    assert.deepEqual(accessOf({ context: "prod", kubeconfig: "~/k" }, "--kube-context"), [
      "--kubeconfig",
      `${homedir()}/k`,
      "--kube-context",
      "prod",
    ]);
  });
});

/** These tests only use kubectl's own commands. */
const raw = () => Promise.reject(new Error("not asked for here"));

describe("the expected state of an object", () => {
  it("is found even if the API server refuses one of many", async () => {
    const service = (name: string, clusterIP: string) =>
      ({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name },
        spec: { clusterIP, ports: [{ name: "http", port: 80 }] },
      }) as object as ManifestObject;
    const live = ["a", "b", "c"].map((name) => ({
      ...service(name, "10.0.0.9"),
      spec: {
        clusterIP: "10.0.0.9",
        type: "ClusterIP",
        ports: [{ name: "http", port: 81, protocol: "TCP" }],
      },
    }));
    const kubectl: Kubectl = {
      run: async ([verb], { input = "" } = {}) => {
        if (verb === "get") return JSON.stringify({ items: live });
        const { items } = JSON.parse(input) as { items: { metadata: { name: string } }[] };
        if (items.some(({ metadata }) => metadata.name === "b"))
          throw new ToolError(
            'kubectl apply -n: The Service "b" is invalid: spec.clusterIP: field is immutable',
          );
        return JSON.stringify({ items });
      },
      json: async <T>() => ({ items: [] }) as T,
      raw,
    };
    const pairs = await readPairs(
      kubectl,
      "shop",
      ["a", "b", "c"].map((name) => service(name, "None")),
    );
    assert.deepEqual(
      pairs.map(({ refused }) => refused === undefined),
      [true, false, true],
    );
    assert.deepEqual((pairs[1] as Pair).wanted.spec, {
      clusterIP: "None",
      type: "ClusterIP",
      ports: [{ name: "http", port: 80, protocol: "TCP" }],
    });
    const unreachable = { ...kubectl, run: async () => Promise.reject(new ToolError("connection refused")) };
    await assert.rejects(readPairs(unreachable, "shop", [service("a", "None")]), /connection refused/);
  });

  it("excludes manual additions, but includes what the server would set again by itself", async () => {
    const manifest = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "a" },
      spec: { selector: { app: "a" } },
    } as object as ManifestObject;
    const spec = { selector: { app: "a" }, type: "ClusterIP", externalName: "elsewhere" };
    const fields = { "f:spec": { "f:type": {}, "f:externalName": {} } };
    const managedFields = [{ manager: "kubectl-create", operation: "Update", fieldsV1: fields }];
    const live = { ...manifest, metadata: { name: "a", managedFields }, spec };
    const answering = (removal: () => object): Kubectl => ({
      run: async ([verb]) => JSON.stringify(verb === "patch" ? removal() : live),
      json: async <T>() => ({ items: [] }) as T,
      raw,
    });
    const withDefaults = { ...live, spec: { selector: { app: "a" }, type: "ClusterIP" } };
    const [taken] = await readPairs(
      answering(() => withDefaults),
      "shop",
      [manifest],
    );
    assert.deepEqual(
      taken?.added.map(({ pointer }) => pointer),
      [["spec", "externalName"]],
    );
    assert.deepEqual(taken?.wanted.spec, { selector: { app: "a" }, type: "ClusterIP" });
    assert.equal(taken?.refused, undefined);
    const refusing = answering(() => {
      throw new ToolError('kubectl patch -f: The Service "a" is invalid: spec: Forbidden');
    });
    const [kept] = await readPairs(refusing, "shop", [manifest]);
    assert.match(kept?.refused ?? "", /is invalid/);
    assert.deepEqual(kept?.wanted.spec, { selector: { app: "a" } });
  });

  it("excludes a number of pods that an autoscaler changes between two requests", async () => {
    const deployment = (replicas?: number) => ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: replicas === undefined ? {} : { replicas },
    });
    const scaler = { spec: { scaleTargetRef: { kind: "Deployment", name: "web" } } };
    const answers: Record<string, object> = { get: deployment(1), apply: deployment(3) };
    const kubectl: Kubectl = {
      run: async ([verb = ""]) => JSON.stringify(answers[verb]),
      json: async <T>() => ({ items: [scaler] }) as T,
      raw,
    };
    const [pair] = await readPairs(kubectl, "shop", [deployment()]);
    assert.deepEqual(pair?.live, pair?.wanted);
  });
});
