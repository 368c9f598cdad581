/** Which changed configurations make the stand-in replace the kubernetes provider: the official rules. */
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
      "another TLS server name",
      { kubeconfig: here },
      { kubeconfig: kubeconfig("https://127.0.0.1:6443", { "tls-server-name": "kubernetes" }) },
      ["kubeconfig"],
      ["kubeconfig"],
    ],
    [
      "only another user",
      { kubeconfig: here },
      { kubeconfig: here.replace("token: https", "token: other") },
      ["kubeconfig"],
      [],
    ],
    [
      "another context of the same cluster",
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
      "a missing context",
      { kubeconfig: here, context: "here" },
      { kubeconfig: here, context: "nowhere" },
      ["context"],
      [],
    ],
    [
      "an empty context, which counts as a missing one",
      { kubeconfig: here },
      { kubeconfig: elsewhere, context: "" },
      ["context", "kubeconfig"],
      [],
    ],
    ["from the ambient kubeconfig", {}, { kubeconfig: here }, ["kubeconfig"], []],
    ["from an empty kubeconfig", { kubeconfig: "" }, { kubeconfig: here }, ["kubeconfig"], []],
    ["to an empty kubeconfig", { kubeconfig: here }, { kubeconfig: "" }, ["kubeconfig"], []],
    ["an added identifier", {}, { clusterIdentifier: "a" }, ["clusterIdentifier"], []],
    ["a removed identifier", { clusterIdentifier: "a" }, {}, ["clusterIdentifier"], []],
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
      "an added identifier with another address",
      { kubeconfig: here },
      { kubeconfig: elsewhere, clusterIdentifier: "a" },
      ["clusterIdentifier", "kubeconfig"],
      ["kubeconfig"],
    ],
    [
      "another address with the same identifier",
      { kubeconfig: here, clusterIdentifier: "a" },
      { kubeconfig: elsewhere, clusterIdentifier: "a" },
      ["kubeconfig"],
      [],
    ],
    [
      "an unknown value",
      { kubeconfig: here, namespace: "a" },
      { kubeconfig: UNKNOWN },
      ["kubeconfig"],
      ["kubeconfig"],
    ],
    [
      "an unknown value with the same identifier",
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

  it("treats the path of a missing file as content, with the error that the engine looks for", () => {
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

  it("is read the same as a path, as content and as an object", () => {
    const file = join(folder, "kubeconfig");
    writeFileSync(file, here);
    const expected = parseKubeconfig(here);
    assert.deepEqual(readKubeconfig(file), expected);
    assert.deepEqual(readKubeconfig(here), expected);
    assert.equal(activeCluster(expected, {})?.server, "https://127.0.0.1:6443");
  });

  it("is empty if there is none: it has no cluster", () => {
    for (const none of [undefined, null, "", "# nothing\n"])
      assert.equal(activeCluster(readKubeconfig(none), {}), undefined);
  });

  it("has no cluster named like a JavaScript property", () => {
    const config = parseKubeconfig(here);
    assert.equal(activeCluster(config, { context: "constructor" }), undefined);
    assert.equal(activeCluster(config, { cluster: "toString" }), undefined);
  });

  it("that is not a map or text is refused", () => {
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

  it("with the path of a missing file makes the cluster unusable, with an error", () => {
    assert.match(
      connectionOf({ kubeconfig: "/no/such/file" }).unusable ?? "",
      /kubernetes:config:kubeconfig/,
    );
  });
});
