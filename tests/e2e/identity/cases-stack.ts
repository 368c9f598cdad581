/** The stack itself: its name, state, backend, passphrase and checkout; another stack; clusters that disappear and return. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { deleteCluster, stopCluster } from "../../../dev/sandbox/cluster/cluster";
import { copyOfProject, writeStackFile } from "../../copy";
import { writeInventory } from "../inventory";
import { read, run, Stack, world } from "../world";
import {
  ANY,
  type Case,
  CONNECTION,
  flotilla,
  NOTHING,
  PROVIDER_ONLY,
  refused,
  UNCHANGED,
  UPDATED,
} from "./case";
import type { Ground, StateEntry } from "./ground";
import { INVENTORY, markOther } from "./scene";

const held = { diff: NOTHING, preview: UNCHANGED, up: UPDATED } as const;
const FOREIGN = refused(/the stack is deployed in \S+ at \S+, but context "[a-z]+" points to \S+/);

const UNRECORDED = refused(/the state was written by a version that did not record the cluster/);

const NAMESPACE = "kubernetes:core/v1:Namespace";

/** Another stack of the same folder, for the duration of a case. */
function become(ground: Ground, name: string): Stack {
  const before = ground.stack;
  ground.stack = new Stack(before.folder, name);
  return before;
}

const nameOf = ({ stack }: Ground) => ["--stack", stack.name, "--non-interactive"];

/** UID of a cluster, for `flotilla:cluster.identity`. */
const uidOf = async (ground: Ground) =>
  (await ground.must("kubectl", "get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}")).trim();

const stackId = async (ground: Ground) =>
  (
    await ground
      .kubectl("get", "namespace", ground.namespace, "-o", "json")
      .then((text) => JSON.parse(text) as { metadata: { annotations: Record<string, string> } })
  ).metadata.annotations["flotilla.dev/stack-id"] as string;

/** Returns the state as written by a version that did not record the cluster. */
const forgetIdentity = (resources: StateEntry[]): StateEntry[] =>
  resources.map((resource) => {
    const { inputs = {}, outputs = {} } = resource;
    if (resource.type === "flotilla:index:Application") return { ...resource, outputs: {} };
    if (resource.type !== "pulumi:providers:kubernetes") return resource;
    const { clusterIdentifier: _, ...left } = inputs;
    const { clusterIdentifier: __, ...leftOutputs } = outputs;
    return { ...resource, inputs: left, outputs: leftOutputs };
  });

export const stacks: Case[] = [
  {
    kind: "stack",
    name: "the stack is renamed (`pulumi stack rename`)",
    isLong: true,
    change: async (ground) => {
      await ground.must("pulumi", "stack", "rename", "renamed", ...nameOf(ground));
      become(ground, "renamed");
    },
    diff: { exit: 2, says: /flotilla\.dev\/stack: [^\n]*/ },
    preview: { exit: 0, says: /update/ },
    up: { exit: 0, says: /~ \d+ updated/, never: /replaced|deleted|created/ },
    restore: async (ground) => {
      await ground.must("pulumi", "stack", "rename", "dev", ...nameOf(ground));
      become(ground, "dev");
      await ground.update();
    },
  },
  {
    ...held,
    kind: "stack",
    name: "another passphrase (`pulumi stack change-secrets-provider`)",
    isLong: true,
    change: async (ground) => {
      await changePassphrase(ground, "another");
      ground.env.PULUMI_CONFIG_PASSPHRASE = "another";
    },
    restore: (ground) => changePassphrase(ground, read(world().world.passphrase)),
  },
  {
    ...held,
    kind: "stack",
    name: "another backend (`pulumi stack export`, `import`)",
    isLong: true,
    change: async (ground, { folder }) => {
      const state = await ground.stack.export();
      const backend = join(folder, "backend");
      mkdirSync(backend);
      ground.env.PULUMI_BACKEND_URL = `file://${backend}`;
      await ground.must("pulumi", "stack", "init", ground.stack.name, "--non-interactive");
      await ground.importState(state);
    },
  },
  {
    ...held,
    kind: "stack",
    name: "another checkout of the project",
    isLong: true,
    change: (ground) => {
      const folder = copyOfProject("flotilla-e2e-");
      writeStackFile(folder, ground.stack.name, {
        application: "shop",
        distribution: "upstream",
        environment: "dev",
      });
      writeInventory(folder, INVENTORY);
      ground.keep(ground.stack.folder);
      ground.stack = new Stack(folder, ground.stack.name);
    },
    restore: (ground) => {
      ground.stack.remove();
      ground.stack = new Stack(ground.kept(), ground.stack.name);
    },
  },
  {
    ...held,
    kind: "stack",
    name: "a state of another version of the SDK",
    isLong: true,
    change: (ground) =>
      ground.editState((resources) =>
        resources.map((resource) =>
          resource.type === "pulumi:providers:kubernetes"
            ? {
                ...resource,
                inputs: { ...resource.inputs, version: "4.30.0" },
                outputs: { ...resource.outputs, version: "4.30.0" },
              }
            : resource,
        ),
      ),
    diff: CONNECTION,
    preview: PROVIDER_ONLY,
  },
  {
    ...held,
    kind: "stack",
    name: "a state of an older version, without the cluster: the next update records it",
    isLong: true,
    change: (ground) => ground.editState(forgetIdentity),
    diff: CONNECTION,
    preview: PROVIDER_ONLY,
  },
  {
    ...held,
    kind: "stack",
    name: "the CA was renewed since the last update: recognized by the UID",
    isLong: true,
    change: (ground) =>
      ground.editState((resources) =>
        resources.map((resource) => {
          const { type, outputs = {} } = resource;
          if (type !== "flotilla:index:Application") return resource;
          const cluster = { ...(outputs.cluster as object), ca: "0123456789abcdef" };
          return { ...resource, outputs: { ...outputs, cluster } };
        }),
      ),
  },
  {
    kind: "stack",
    name: "a state of an older version, and another cluster",
    isLong: true,
    kubeconfig: "switched",
    change: (ground) => ground.editState(forgetIdentity),
    diff: UNRECORDED,
    preview: UNRECORDED,
    up: UNRECORDED,
    more: [
      {
        run: ["pulumi", "up", "--yes", "--skip-preview"],
        ...UNRECORDED,
      },
    ],
    restore: async (ground) => {
      ground.env.KUBECONFIG = ground.kubeconfig;
      await ground.update();
    },
  },
  {
    kind: "stack",
    name: "a second stack with the namespace of the first; `adopt`, then `pulumi destroy` of it",
    isLong: true,
    change: async (ground) => {
      writeStackFile(ground.stack.folder, "twin", {
        application: "shop",
        distribution: "upstream",
        environment: "dev",
      });
      become(ground, "twin");
      await ground.must("pulumi", "stack", "init", "twin", "--non-interactive");
    },
    diff: refused(/the namespace belongs to stack flotilla\/dev \(id \w+\), not to this stack/),
    preview: refused(/the namespace belongs to stack flotilla\/dev \(id \w+\), not to this stack/),
    up: refused(/the namespace belongs to stack flotilla\/dev \(id \w+\), not to this stack/),
    more: [
      flotilla("up", refused(/belongs to stack flotilla\/dev/), "--yes"),
      flotilla("adopt", refused(/it belongs to stack flotilla\/dev \(id \w+\)/), "--yes"),
      flotilla("adopt", refused(/not to a stack with the id 0123/), "--given-up", "0123", "--yes"),
      {
        run: ["pulumi", "destroy", "--yes", "--skip-preview"],
        exit: 0,
        says: /There are no resources|deleted|destroyed|Resources:/,
      },
    ],
    restore: async (ground) => {
      await ground.must("pulumi", "stack", "rm", "twin", "--yes", "--force", "--non-interactive");
      become(ground, "dev");
    },
  },
  {
    kind: "stack",
    name: "the state is lost: `up` is refused, `adopt --given-up` rebuilds it",
    change: async (ground) => {
      const { name } = ground.stack;
      await ground.must("pulumi", "stack", "rm", name, "--yes", "--force", "--preserve-config");
      await ground.must("pulumi", "stack", "init", name, "--non-interactive");
    },
    diff: refused(/the namespace belongs to stack flotilla\/dev \(id \w+\), not to this stack/),
    preview: refused(/the namespace belongs to stack flotilla\/dev \(id \w+\), not to this stack/),
    up: refused(/npx flotilla adopt --stack dev --given-up \w+/),
    more: async (ground) => [
      flotilla(
        "adopt",
        { exit: 0, says: /To take over: [^\n]*/ },
        "--given-up",
        await stackId(ground),
        "--yes",
      ),
      flotilla("diff", NOTHING),
    ],
  },
  {
    kind: "stack",
    name: "the state is lost, and so are a store and its Secret: `adopt --reset-password` gives its data new passwords",
    isLong: true,
    allowed: ["password db-auth"],
    change: async (ground) => {
      const { name } = ground.stack;
      ground.keep(await stackId(ground));
      await ground.must("pulumi", "stack", "rm", name, "--yes", "--force", "--preserve-config");
      await ground.must("pulumi", "stack", "init", name, "--non-interactive");
      await ground.must("helm", "uninstall", "db", "--namespace", ground.namespace, "--wait");
      await ground.kubectl("delete", "secret", "db-auth", "db-accounts-env", "--namespace", ground.namespace);
    },
    more: (ground) => [
      flotilla(
        "adopt",
        refused(
          /its volume claims data-db-0 [^\n]*\n[^\n]*adopt --stack dev --given-up \w+ --reset-password db/,
        ),
        ...["--given-up", ground.kept(), "--yes"],
      ),
      flotilla(
        "adopt",
        { exit: 0, says: /the data in data-db-0, in which a Job sets new passwords[^\n]*/ },
        ...["--given-up", ground.kept(), "--reset-password", "db", "--yes"],
      ),
      flotilla("diff", NOTHING),
    ],
  },
  {
    kind: "stack",
    name: "pending deletes of an earlier replacement, the namespace among them",
    isLong: true,
    change: (ground) =>
      ground.editState((resources) => [
        ...resources,
        ...resources
          .filter(({ type }) => type === NAMESPACE)
          .map((resource) => ({ ...resource, delete: true, protect: false })),
      ]),
    diff: { exit: 2, says: /an earlier update left 1 replaced resource[^;]*/ },
    preview: ANY,
    up: undefined,
    more: [
      flotilla(
        "up",
        refused(/an earlier update replaced 1 resource and did not delete the old one/),
        "--yes",
      ),
      flotilla("recover", { exit: 0, says: /What recover does:\n[^\n]*/ }, "--yes"),
      flotilla("diff", NOTHING),
    ],
  },
];

/** A cluster without anything of the stack is named: the stack is installed there. */
const named = {
  change: async (ground: Ground) => ground.stack.config("flotilla:cluster.identity", await uidOf(ground)),
  diff: { exit: 2, says: /missing in the cluster, so it is reinstalled/ },
  preview: ANY,
  more: [
    flotilla("up", { exit: 0, says: /is up to date: [^\n]*/, never: /deleted/ }, "--yes"),
    flotilla("diff", NOTHING),
  ],
};

/** In this order: each begins with the result of the previous one. */
export const comings: Case[] = [
  {
    kind: "cluster",
    on: "guest",
    name: "another cluster while the stack's own is down; then it is back",
    isLong: true,
    kubeconfig: "both",
    change: (_, { second }) => stopCluster(second),
    diff: FOREIGN,
    preview: FOREIGN,
    up: FOREIGN,
    restore: (_, scene) => scene.reopenOther(),
  },
  {
    kind: "cluster",
    on: "guest",
    name: "the stack's own cluster, back again",
    isLong: true,
    diff: NOTHING,
    preview: UNCHANGED,
    up: UPDATED,
  },
  {
    kind: "changed by hand",
    on: "guest",
    name: "the cluster is wiped and recreated: it is a different one, and must be named",
    isLong: true,
    change: async (_, scene) => {
      await deleteCluster(scene.second);
      await scene.reopenOther();
      await markOther(scene.second.kubeconfig);
    },
    diff: FOREIGN,
    preview: FOREIGN,
    up: FOREIGN,
    more: [flotilla("recover", FOREIGN, "--yes")],
  },
  {
    ...named,
    kind: "changed by hand",
    on: "guest",
    name: "the same, with its identity in `flotilla:cluster.identity`: reinstalled",
    isLong: true,
  },
  {
    ...named,
    kind: "cluster",
    on: "guest",
    name: "the identity of another cluster is named: installed there, and the old one keeps everything",
    isLong: true,
    kubeconfig: "both",
    more: [
      ...named.more,
      {
        run: ["kubectl", "get", "pvc,deploy,sts", "-n", "shop-guest"],
        exit: 0,
        says: /data-cache-0\s+Bound/,
      },
    ],
  },
];

/** Encrypts the stack with another passphrase. */
async function changePassphrase(ground: Ground, to: string): Promise<void> {
  const { folder, name } = ground.stack;
  const args = ["stack", "change-secrets-provider", "passphrase", "--stack", name, "--non-interactive"];
  await run("pulumi", args, { cwd: folder, input: `${to}\n`, env: ground.env });
}
