/** What an interrupted update has created without recording it, and which of it recovery adds to the state. */
import assert from "node:assert/strict";
import { decide, type Recovery } from "../../cli/core/recovery/recovery";
import type { Situation } from "../../cli/core/recovery/situation";
import { createdResource, idIn, resourceOf, type Unrecorded } from "../../cli/core/recovery/unrecorded";
import { revealed } from "../../cli/core/revealed";
import type { ExportedResource } from "../../cli/core/state";
import { hasPasswords } from "../../cli/stack/recovery/unrecorded";
import type { LiveRelease } from "../../cli/stack/releases";
import { namespaceProblem } from "../../src/runtime/check-namespace";
import { conflictProblem } from "../../src/runtime/foreign-objects";

const APPLICATION = "flotilla:index:Application";
const urn = (types: string, name: string) => `urn:pulumi:dev::flotilla::${types}::${name}`;
const component = (types: string, name: string, outputs = {}): ExportedResource => ({
  urn: urn(types, name),
  type: types.split("$").at(-1) as string,
  outputs,
});
const NAMESPACE = component(`${APPLICATION}$flotilla:index:Namespace`, "shop-dev");
const CREDENTIALS = component(`${APPLICATION}$flotilla:index:Credentials`, "shop-credentials");
const WEB = component(`${APPLICATION}$flotilla:index:Microservice`, "web");
const ID = "0123456789ab";
const PROVIDER = component("pulumi:providers:kubernetes", "cluster");
const resources = [PROVIDER, component(APPLICATION, "shop", { id: ID }), NAMESPACE, CREDENTIALS, WEB];
const labels = { "app.kubernetes.io/part-of": "shop", "app.kubernetes.io/managed-by": "pulumi" };

const unrecorded = (
  type: string,
  name: string,
  metadata: Partial<Unrecorded["live"]["metadata"]> = {},
  hasPasswords?: boolean,
): Unrecorded => ({
  type,
  name,
  id: `shop-dev/${name}`,
  live: { metadata: { name, labels, managedFields: [{ manager: "pulumi-kubernetes-1a2b" }], ...metadata } },
  labels,
  ...(hasPasswords === undefined ? {} : { hasPasswords }),
});
const SECRET = "kubernetes:core/v1:Secret";
const QUOTA = "kubernetes:core/v1:ResourceQuota";

const recovered = (situation: Partial<Situation>): Recovery =>
  decide({
    locks: [],
    state: { version: 3, deployment: { resources } },
    live: {},
    good: {},
    seesLocks: true,
    exists: {},
    ...situation,
  });

const release = (
  status: string,
  description = `microservice 1.0.0 stack ${ID}`,
): Record<string, LiveRelease> => ({
  web: {
    oldest: 1,
    newest: {
      ...{ name: "web", namespace: "shop-dev", revision: 1, status, description },
      ...{
        deployedAt: "2026-11-22T10:00:05Z",
        chart: { name: "microservice", version: "1.0.0" },
        values: {},
      },
      manifest: "labels: {flotilla.dev/environment: dev}",
    },
  },
});

describe("what an interrupted update did not record", () => {
  it("is added to the state under its component, after everything else; a running release is left to adopt", () => {
    const { found, will, actions, unknown } = recovered({
      locks: [{ by: "me, process 7", id: "a.json", alive: false }],
      unrecorded: [unrecorded(QUOTA, "shop-dev-quota"), unrecorded(SECRET, "db-auth", {}, true)],
      live: release("deployed"),
      since: 0,
    });
    assert.deepEqual(unknown, ["web"]);
    assert.match(found.join("\n"), /Secret db-auth exists, but is missing from the state/);
    assert.match(found.join("\n"), /release web is running but missing from the state/);
    assert.deepEqual(actions, [
      { do: "unlock", held: ["a.json"] },
      {
        do: "add",
        imports: [],
        again: [],
        resources: [
          { type: QUOTA, name: "shop-dev-quota", id: "shop-dev/shop-dev-quota", parent: NAMESPACE.urn },
          { type: SECRET, name: "db-auth", id: "shop-dev/db-auth", parent: CREDENTIALS.urn },
        ],
      },
    ]);
    assert.deepEqual(will, [
      "release the lock (pulumi cancel)",
      "add ResourceQuota shop-dev-quota, Secret db-auth to the state; the interrupted update created them, and nothing in the cluster changes",
    ]);
  });

  it("keeps its field manager and its owner, and its values encrypted; the next update updates it", () => {
    const addition = { type: SECRET, name: "db-auth", id: "shop-dev/db-auth", parent: CREDENTIALS.urn };
    const planned = { apiVersion: "v1", kind: "Secret", metadata: { name: "db-auth", labels } };
    const of = { planned, provider: { ...PROVIDER, id: "7" }, why: "interrupted" };
    const { live } = unrecorded(SECRET, "db-auth", {
      annotations: { "flotilla.dev/stack-id": ID, "example.com/other": "x" },
    });
    const resource = resourceOf(addition, {
      ...of,
      live: { ...live, data: { password: "b2xk" } } as typeof live,
    });
    const { inputs, outputs, ...rest } = resource;
    assert.deepEqual(rest, {
      urn: urn(`${APPLICATION}$flotilla:index:Credentials$${SECRET}`, "db-auth"),
      type: SECRET,
      custom: true,
      id: "shop-dev/db-auth",
      parent: CREDENTIALS.urn,
      provider: `${PROVIDER.urn}::7`,
      initErrors: ["interrupted"],
    });
    assert.deepEqual(revealed(inputs), {
      ...planned,
      metadata: { ...planned.metadata, annotations: { "flotilla.dev/stack-id": ID } },
      data: { password: "b2xk" },
    });
    assert.equal(outputs?.__fieldManager, "pulumi-kubernetes-1a2b");
    assert.deepEqual((revealed(outputs) as { data: unknown }).data, { password: "b2xk" });
    assert.doesNotMatch(JSON.stringify(resource).replace(/"plaintext":"(\\"|[^"])*"/g, ""), /b2xk/);
  });

  it("keeps everything of the operation that created it: the state has no other record of its parents and dependencies", () => {
    const resource = {
      urn: urn(SECRET, "db-auth"),
      type: SECRET,
      parent: CREDENTIALS.urn,
      dependencies: [NAMESPACE.urn],
      inputs: { kind: "Secret", data: { ciphertext: "c" } },
    };
    const { live } = unrecorded(SECRET, "db-auth");
    const created = createdResource(
      { type: "creating", resource },
      { id: "shop-dev/db-auth", live, why: "interrupted" },
    );
    assert.deepEqual(created, {
      ...resource,
      id: "shop-dev/db-auth",
      outputs: {
        metadata: { name: "db-auth", labels },
        __initialApiVersion: undefined,
        __fieldManager: "pulumi-kubernetes-1a2b",
      },
      initErrors: ["interrupted"],
    });
    const release = createdResource(
      { type: "creating", resource },
      { id: "shop-dev/db", why: "interrupted" },
    );
    assert.deepEqual(release.outputs, resource.inputs);
  });

  it("is left to adopt if its passwords are not those of the state, or if its component or the provider is unknown", () => {
    for (const [object, known] of [
      [unrecorded(SECRET, "db-auth", {}, false), resources],
      [unrecorded(SECRET, "web-env", {}, true), [PROVIDER, NAMESPACE]],
      [unrecorded(QUOTA, "shop-dev-quota"), [PROVIDER, CREDENTIALS]],
      [unrecorded(QUOTA, "shop-dev-quota"), [NAMESPACE]],
    ] as const) {
      const { actions, unknown } = recovered({
        state: { version: 3, deployment: { resources: [...known] } },
        unrecorded: [object],
      });
      assert.deepEqual(actions, []);
      assert.deepEqual(unknown, [`${object.type.split(":").at(-1)} ${object.name}`]);
    }
  });

  it("does not include what others have created, manage, or delete", () => {
    for (const metadata of [
      { managedFields: [{ manager: "kubectl-create" }] },
      { managedFields: [] },
      { labels: { ...labels, "app.kubernetes.io/part-of": "other" } },
      { labels: {} },
      { deletionTimestamp: "2026-11-22T10:00:05Z" },
      { ownerReferences: [{ kind: "ExternalSecret", name: "db" }] },
    ]) {
      const { found, actions, unknown } = recovered({
        unrecorded: [unrecorded(SECRET, "db-auth", metadata, true)],
      });
      assert.deepEqual([found, actions, unknown], [[], [], []], JSON.stringify(metadata));
    }
  });

  it("does not include releases of another stack in the same namespace", () => {
    for (const status of ["deployed", "pending-install"])
      assert.deepEqual(
        recovered({ live: release(status, "microservice stack ba9876543210"), since: 0 }).found,
        [],
      );
    // Jobs have no owner in their description.
    assert.deepEqual(
      recovered({ live: release("pending-install", "microservice"), since: 0 }).actions.map(
        (action) => action.do,
      ),
      ["uninstall"],
    );
  });

  it("belongs to the stack by its ID, which the operation that creates the namespace has as well", () => {
    const creating = {
      type: "creating",
      resource: {
        urn: urn("kubernetes:core/v1:Namespace", "shop-dev"),
        type: "kubernetes:core/v1:Namespace",
        inputs: { metadata: { name: "shop-dev", annotations: { "flotilla.dev/stack-id": ID } } },
      },
    };
    assert.equal(idIn({ version: 3, deployment: { resources } }), ID);
    assert.equal(idIn({ version: 3, deployment: { pending_operations: [creating] } }), ID);
    assert.equal(idIn({ version: 3, deployment: { resources: [NAMESPACE] } }), undefined);
    assert.equal(idIn({ version: 3 }), undefined);
  });

  it("has passwords only if every generated one is that of the state", () => {
    const planned = {
      credentials: {
        db: { source: "generated", length: 8, protect: true },
        given: { source: "stack" },
      },
    } as const;
    const keys = {
      password: [{ credential: "db" }],
      url: ["mysql://app:", { credential: "db" }, "@db"],
      encoded: ["mysql://app:", { credential: "db", encoding: "uri" }, "@db"],
      token: [{ credential: "given" }],
    } as const;
    const encoded = (password: string, url = password) =>
      Object.fromEntries(
        Object.entries({
          password,
          url: `mysql://app:${url}@db`,
          encoded: `mysql://app:${url}@db`,
          token: "any",
        }).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
      );
    assert.equal(hasPasswords(planned, { keys }, encoded("old"), { db: "old" }), true);
    assert.equal(hasPasswords(planned, { keys }, encoded("old"), { db: "new" }), false);
    assert.equal(hasPasswords(planned, { keys }, encoded("new", "old"), { db: "new" }), false);
    assert.equal(hasPasswords(planned, { keys }, encoded("old"), {}), false);
    assert.equal(hasPasswords(planned, { keys }, {}, { db: "old" }), false);
    assert.equal(hasPasswords(planned, { keys: { token: keys.token } }, {}, {}), true);
  });

  it("is named with the command that repairs the state", () => {
    const owner = { stack: "flotilla/dev", id: ID };
    const live = (annotations: Record<string, string>) => ({ uid: "1", annotations, isGoing: false });
    const todo = (annotations: Record<string, string>) =>
      namespaceProblem("shop-dev", undefined, live(annotations), { owner, stack: "dev" })?.todo;
    const own = { "flotilla.dev/stack": "flotilla/dev", "flotilla.dev/stack-id": ID };
    assert.equal(todo(own), "To repair the state: npx flotilla recover --stack dev");
    assert.match(todo({ ...own, "flotilla.dev/adopted": "true" }) ?? "", /npx flotilla adopt --stack dev /);
    assert.match(todo({}) ?? "", /npx flotilla adopt --stack dev /);
    const secret = { apiVersion: "v1", kind: "Secret", name: "db-auth", namespace: "shop-dev" };
    assert.match(
      conflictProblem({ ...secret, createdWith: "pulumi-kubernetes-1a2b" }, "dev").todo,
      /^If an update of this stack was interrupted: npx flotilla recover --stack dev\. Otherwise, .*adopt/,
    );
    assert.match(
      conflictProblem({ ...secret, createdWith: "kubectl-create" }, "dev").todo,
      /^To take it over: .*adopt/,
    );
  });
});
