/** Decisions of the kubernetes stand-in about objects and releases: the official rules and messages. */
import assert from "node:assert/strict";
import { helmError, serverError } from "../../dev/sandbox/providers/kubernetes/errors";
import { AUTONAMED, diffObject, named } from "../../dev/sandbox/providers/kubernetes/replacement";
import { retry, WAITS } from "../../dev/sandbox/providers/kubernetes/retry";
import {
  errorWhenUnreachable,
  isUnreachable,
  Reach,
  Unreachable,
} from "../../dev/sandbox/providers/kubernetes/unreachable";
import { secret, UNKNOWN } from "../../dev/sandbox/providers/protocol/property";

const fixed = { secretsMutable: false, configMapsMutable: false };
const mutable = { secretsMutable: true, configMapsMutable: true };
const object = (kind: string, more: Record<string, never> | object = {}) => ({
  apiVersion: "v1",
  kind,
  metadata: { name: "it", namespace: "shop" },
  ...more,
});

describe("a changed object of the stand-in", () => {
  it("is updated in place unless its name or namespace changes", () => {
    const before = object("Namespace");
    assert.deepEqual(
      diffObject(
        fixed,
        before,
        object("Namespace", { metadata: { name: "it", namespace: "shop", labels: { a: "b" } } }),
      ),
      {
        changes: { "metadata.labels": "add" },
        replaces: [],
        deleteBeforeReplace: false,
      },
    );
    for (const metadata of [
      { name: "other", namespace: "shop" },
      { name: "it", namespace: "other" },
    ]) {
      const { replaces, deleteBeforeReplace } = diffObject(fixed, before, object("Namespace", { metadata }));
      assert.equal(replaces.length, 1);
      assert.equal(deleteBeforeReplace, false, "the two can coexist");
    }
  });

  it("is replaced for changed data of a Secret, the old one first, unless Secrets are mutable and this one is not immutable", () => {
    const before = object("Secret", { data: { a: secret("MQ==") } });
    const after = object("Secret", { data: { a: secret("Mg=="), b: "Mw==" } });
    const expected = { replaces: ["data.a", "data.b"], deleteBeforeReplace: true };
    const partOf = ({ replaces, deleteBeforeReplace }: ReturnType<typeof diffObject>) => ({
      replaces,
      deleteBeforeReplace,
    });
    assert.deepEqual(partOf(diffObject(fixed, before, after)), expected);
    assert.deepEqual(partOf(diffObject(mutable, before, after)), {
      replaces: [],
      deleteBeforeReplace: false,
    });
    const immutable = { immutable: true };
    assert.deepEqual(
      partOf(diffObject(mutable, { ...before, ...immutable }, { ...after, ...immutable })),
      expected,
    );
    assert.deepEqual(diffObject(mutable, before, { ...before, type: "Opaque" }).replaces, ["type"]);
  });

  it("is replaced for changed data of a ConfigMap, unless they are mutable", () => {
    const [before, after] = [
      object("ConfigMap", { data: { a: "1" } }),
      object("ConfigMap", { data: { a: "2" } }),
    ];
    assert.deepEqual(diffObject(fixed, before, after).replaces, ["data.a"]);
    assert.deepEqual(diffObject(mutable, before, after).replaces, []);
  });

  it("is replaced for changed scopes of a quota, even if they come with the rest of the spec", () => {
    const scoped = object("ResourceQuota", { spec: { scopes: ["BestEffort"] } });
    assert.deepEqual(diffObject(fixed, object("ResourceQuota"), scoped).replaces, ["spec"]);
    assert.deepEqual(
      diffObject(fixed, object("ResourceQuota"), object("ResourceQuota", { spec: { hard: {} } })).replaces,
      [],
    );
  });

  it("keeps a generated name, and can coexist with its replacement", () => {
    const made = named("it", {}, object("Secret", { metadata: {} }));
    const { name, annotations } = made.metadata as { name: string; annotations: object };
    assert.match(name, /^it-[0-9a-f]{1,8}$/);
    assert.deepEqual(annotations, { [AUTONAMED]: "true" });
    assert.deepEqual(named("it", made, object("Secret", { metadata: {} })), made);
    assert.equal(diffObject(fixed, made, { ...made, data: { a: "MQ==" } }).deleteBeforeReplace, false);
    const given = object("Secret");
    assert.equal(named("it", made, given), given);
    const unknown = object("Secret", { metadata: { name: UNKNOWN } });
    assert.equal(named("it", {}, unknown), unknown);
    const after = named("it", given, object("Secret", { metadata: {} }));
    assert.notEqual((after.metadata as { name: string }).name, "it", "an explicit name is not kept");
  });
});

describe("a creation by the stand-in", () => {
  const early = new Error("too early");
  const run = async (failures: number, mayPass = true) => {
    const told: number[] = [];
    const waited: number[] = [];
    let left = failures;
    const outcome = await retry(
      async () => {
        if (left-- > 0) throw early;
        return "made";
      },
      {
        mayPass: () => mayPass,
        failed: (_, attempt) => told.push(attempt),
        pause: async (seconds) => {
          waited.push(seconds);
        },
      },
    ).catch((error: Error) => error);
    return { outcome, told, waited };
  };

  it("is retried with growing delays, as long as it may succeed", async () => {
    assert.deepEqual(await run(0), { outcome: "made", told: [], waited: [] });
    assert.deepEqual(await run(2), { outcome: "made", told: [0, 1], waited: [1, 2] });
    assert.deepEqual(await run(9), { outcome: early, told: [0, 1, 2, 3, 4, 5], waited: WAITS });
  });

  it("is not retried if that cannot help", async () => {
    assert.deepEqual(await run(1, false), { outcome: early, told: [0], waited: [] });
  });
});

describe("the stand-in's errors", () => {
  it("are the API server's", () => {
    assert.deepEqual(
      serverError(
        'Error from server (AlreadyExists): error when creating "STDIN": namespaces "shop" already exists',
      ),
      { reason: "AlreadyExists", message: 'namespaces "shop" already exists' },
    );
    assert.deepEqual(serverError('Error from server (NotFound): secrets "it" not found'), {
      reason: "NotFound",
      message: 'secrets "it" not found',
    });
    assert.deepEqual(
      serverError(
        'error: resource mapping not found for name: "a" namespace: "b" from "STDIN": no matches for kind "Shop" in version "example.com/v1"\nensure CRDs are installed first',
      ),
      { reason: "NoMatch", message: 'no matches for kind "Shop" in version "example.com/v1"' },
    );
    assert.equal(
      serverError('The Secret "It" is invalid: metadata.name').message,
      'Secret "It" is invalid: metadata.name',
    );
    assert.deepEqual(serverError("error: timed out waiting for the condition on namespaces/shop"), {
      message: "timed out waiting for the condition on namespaces/shop",
    });
  });

  it("are helm's", () => {
    assert.equal(
      helmError("INSTALLATION FAILED: cannot re-use a name that is still in use"),
      "cannot re-use a name that is still in use",
    );
    const deletion = "uninstall: Release not loaded: mini: release: not found";
    assert.equal(helmError(deletion), deletion);
  });
});

describe("a cluster that the stand-in cannot reach", () => {
  it("is reported with a way to drop objects, but not releases, from the state", () => {
    const said = (operation: "create" | "update" | "read" | "delete", isRelease: boolean, forget = false) =>
      errorWhenUnreachable(operation, isRelease, "refused", forget) ?? "forgotten";
    assert.match(said("create", false), /^configured Kubernetes cluster is unreachable: refused$/);
    assert.match(said("update", true), /^can't update Helm Release with unreachable cluster: refused$/);
    assert.match(said("delete", false), /PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"$/);
    assert.equal(said("delete", false, true), "forgotten");
    assert.equal(said("read", true, true), "forgotten");
    assert.match(said("read", true), /^failed to read resource state due to unreachable cluster\. /);
    assert.equal(
      said("delete", true, true),
      `can't delete Helm Release with unreachable cluster. Reason: "refused"`,
    );
  });

  it("is detected from the errors of kubectl and helm, unlike an unreachable repository", () => {
    for (const said of [
      'unable to recognize "STDIN": Get "https://127.0.0.1:1/api": dial tcp 127.0.0.1:1: connect: connection refused',
      'Kubernetes cluster unreachable: Get "https://127.0.0.1:1/version": EOF',
      'error: context "nowhere" does not exist',
    ])
      assert.ok(isUnreachable(said), said);
    assert.ok(
      !isUnreachable(
        'looks like "https://example.com" is not a valid chart repository: Get "https://example.com": EOF',
      ),
    );
  });

  it("is one that has never answered", async () => {
    const refused = async () => {
      throw new Error(
        "The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?",
      );
    };
    await assert.rejects(new Reach().to(refused), Unreachable);
    const reach = new Reach();
    await reach.to(async () => "an answer");
    await assert.rejects(reach.to(refused), (error) => !(error instanceof Unreachable));
    const refusing = new Reach();
    await assert.rejects(
      refusing.to(async () => {
        throw new Error("Error from server (Forbidden): no");
      }),
    );
    await assert.rejects(refusing.to(refused), (error) => !(error instanceof Unreachable));
  });
});
