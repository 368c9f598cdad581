/** When the stand-in for the kubernetes provider makes another provider of a changed one: the official rules. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { diffConfiguration } from "../../dev/sandbox/providers/kubernetes/configuration";
import { connectionOf } from "../../dev/sandbox/providers/kubernetes/connection";
import {
  activeCluster,
  parseKubeconfig,
  readKubeconfig,
} from "../../dev/sandbox/providers/kubernetes/kubeconfig";
import { secret, UNKNOWN } from "../../dev/sandbox/providers/protocol/property";

const kubeconfig = (server: string, more: Record<string, unknown> = {}) =>
  stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "here",
    contexts: [
      { name: "here", context: { cluster: "first", user: "me" } },
      { name: "there", context: { cluster: "second", user: "me" } },
    ],
    clusters: [
      { name: "first", cluster: { server, "certificate-authority-data": "QUJD", ...more } },
      { name: "second", cluster: { server: "https://second.example.com" } },
    ],
    users: [{ name: "me", user: { token: server } }],
  });
const here = kubeconfig("https://127.0.0.1:6443");
const elsewhere = kubeconfig("https://localhost:6443");

describe("a changed configuration of the stand-in", () => {
  const cases: [string, Record<string, never | string>, Record<string, string>, string[], string[]][] = [
    ["nothing", { kubeconfig: here }, { kubeconfig: here }, [], []],
    ["another address", { kubeconfig: here }, { kubeconfig: elsewhere }, ["kubeconfig"], ["kubeconfig"]],
    [
      "another name of the server's certificate",
      { kubeconfig: here },
      { kubeconfig: kubeconfig("https://127.0.0.1:6443", { "tls-server-name": "kubernetes" }) },
      ["kubeconfig"],
      ["kubeconfig"],
    ],
    [
      "another user alone",
      { kubeconfig: here },
      { kubeconfig: here.replace("token: https", "token: other") },
      ["kubeconfig"],
      [],
    ],
    [
      "another context of one cluster",
      { kubeconfig: here },
      { kubeconfig: here, context: "here" },
      ["context"],
      [],
    ],
    [
      "a context of another cluster",
      { kubeconfig: here, context: "here" },
      { kubeconfig: here, context: "there" },
      ["context"],
      ["context"],
    ],
    [
      "another cluster",
      { kubeconfig: here, cluster: "first" },
      { kubeconfig: here, cluster: "second" },
      ["cluster"],
      ["cluster"],
    ],
    [
      "a context that is not there",
      { kubeconfig: here, context: "here" },
      { kubeconfig: here, context: "nowhere" },
      ["context"],
      [],
    ],
    [
      "a context that is empty, which is one that is not there",
      { kubeconfig: here },
      { kubeconfig: elsewhere, context: "" },
      ["context", "kubeconfig"],
      [],
    ],
    ["from the ambient kubeconfig", {}, { kubeconfig: here }, ["kubeconfig"], []],
    ["from an empty one", { kubeconfig: "" }, { kubeconfig: here }, ["kubeconfig"], []],
    ["to an empty one", { kubeconfig: here }, { kubeconfig: "" }, ["kubeconfig"], []],
    ["an identifier that is added", {}, { clusterIdentifier: "a" }, ["clusterIdentifier"], []],
    ["an identifier that goes", { clusterIdentifier: "a" }, {}, ["clusterIdentifier"], []],
    [
      "another identifier",
      { clusterIdentifier: "a" },
      { clusterIdentifier: "b" },
      ["clusterIdentifier"],
      ["clusterIdentifier"],
    ],
    [
      "another identifier and another address",
      { kubeconfig: here, clusterIdentifier: "a" },
      { kubeconfig: elsewhere, clusterIdentifier: "b" },
      ["clusterIdentifier", "kubeconfig"],
      ["clusterIdentifier", "kubeconfig"],
    ],
    [
      "an identifier that comes with another address",
      { kubeconfig: here },
      { kubeconfig: elsewhere, clusterIdentifier: "a" },
      ["clusterIdentifier", "kubeconfig"],
      ["kubeconfig"],
    ],
    [
      "another address of one identifier",
      { kubeconfig: here, clusterIdentifier: "a" },
      { kubeconfig: elsewhere, clusterIdentifier: "a" },
      ["kubeconfig"],
      [],
    ],
    [
      "what is not known yet",
      { kubeconfig: here, namespace: "a" },
      { kubeconfig: UNKNOWN },
      ["kubeconfig"],
      ["kubeconfig"],
    ],
    [
      "what is not known yet, of one identifier",
      { context: "here", clusterIdentifier: "a" },
      { context: UNKNOWN, clusterIdentifier: "a" },
      ["context"],
      [],
    ],
    [
      "another folder of rendered manifests",
      { renderYamlToDirectory: "a" },
      { renderYamlToDirectory: "b" },
      ["renderYamlToDirectory"],
      ["renderYamlToDirectory"],
    ],
    [
      "any other input",
      { namespace: "a" },
      { namespace: "b", enableSecretMutable: "true" },
      ["enableSecretMutable", "namespace"],
      [],
    ],
  ];
  for (const [what, before, after, changed, replaces] of cases)
    it(`replaces ${replaces.length === 0 ? "nothing" : replaces.join(" and ")} for ${what}`, () => {
      assert.deepEqual(diffConfiguration(before, after), { changed, replaces });
    });

  it("sees through secret marks", () => {
    assert.deepEqual(diffConfiguration({ kubeconfig: secret(here) }, { kubeconfig: here }), {
      changed: [],
      replaces: [],
    });
  });

  it("takes a path that leads nowhere as content, with the words that the engine looks for", () => {
    assert.throws(
      () => diffConfiguration({ kubeconfig: "/no/such/file" }, { kubeconfig: here }),
      /^Error: failed to parse kubeconfig: .*cannot unmarshal string into Go value of type struct/,
    );
  });
});

describe("a kubeconfig", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "flotilla-unit-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("is the same as a path, as content and as an object", () => {
    const file = join(folder, "kubeconfig");
    writeFileSync(file, here);
    const expected = parseKubeconfig(here);
    assert.deepEqual(readKubeconfig(file), expected);
    assert.deepEqual(readKubeconfig(here), expected);
    assert.equal(activeCluster(expected, {})?.server, "https://127.0.0.1:6443");
  });

  it("is empty where there is none: no cluster is found in it", () => {
    for (const none of [undefined, null, "", "# nothing\n"])
      assert.equal(activeCluster(readKubeconfig(none), {}), undefined);
  });

  it("names no property of JavaScript's own", () => {
    const config = parseKubeconfig(here);
    assert.equal(activeCluster(config, { context: "constructor" }), undefined);
    assert.equal(activeCluster(config, { cluster: "toString" }), undefined);
  });

  it("that is no map or no text is refused", () => {
    assert.throws(() => readKubeconfig("[1]"), /cannot unmarshal array/);
    assert.throws(() => readKubeconfig(true), /unexpected kubeconfig format, type: bool/);
  });

  it("becomes a flag as a path, a private file as content, and nothing when it is empty", () => {
    const path = join(folder, "kubeconfig");
    writeFileSync(path, here);
    assert.deepEqual(connectionOf({ kubeconfig: path, context: "there" }).kubectl, [
      "--kubeconfig",
      path,
      "--context",
      "there",
    ]);
    assert.deepEqual(connectionOf({ kubeconfig: "", context: "" }).kubectl, []);
    const [, file = ""] = connectionOf({ kubeconfig: here }).helm;
    try {
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.equal(readKubeconfig(file).currentContext, "here");
    } finally {
      rmSync(join(file, ".."), { recursive: true });
    }
    assert.equal(existsSync(file), false);
  });

  it("that leads nowhere leaves no way to the cluster, and says so", () => {
    assert.match(
      connectionOf({ kubeconfig: "/no/such/file" }).unusable ?? "",
      /kubernetes:config:kubeconfig/,
    );
  });
});
