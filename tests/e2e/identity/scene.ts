/** Two clusters, three stacks, and kubeconfigs for each. */

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listText } from "../../../cli/stack/kubectl";
import { worldIn } from "../../../dev/sandbox/folders";
import { forgetStacks, openWorld } from "../../../dev/sandbox/world";
import { writeInventory } from "../inventory";
import { IS_LONG } from "../long";
import { projectStack, removeWorld, run, testWorld, world } from "../world";
import { Ground } from "./ground";
import {
  at,
  inline,
  openTunnel,
  unverified,
  type Way,
  wayIn,
  withToken,
  writeKubeconfig,
} from "./kubeconfigs";

/** One service and two stores, one of them with an account. */
export const INVENTORY = `
  services: { web: { ...service(["cache", "db"], { URL: url("db") }), startupSeconds: 1 } },
  stores: { cache: { ...store("redis"), accounts: {} }, db: store("mysql", "app") },`;

const SMALL = `
  services: { web: { ...service(["cache"]), startupSeconds: 1 } },
  stores: { cache: { ...store("redis"), accounts: {} } },`;

const ACCESS = "e2e-identity";

/** Everything that the small stack has, except other namespaces. */
const LIMITED = [
  { apiGroups: [""], resources: ["namespaces"], resourceNames: ["shop-dev"], verbs: ["*"] },
  {
    apiGroups: [""],
    resources: [
      ...["configmaps", "endpoints", "events", "limitranges", "persistentvolumeclaims", "pods", "pods/log"],
      ...["replicationcontrollers", "resourcequotas", "secrets", "serviceaccounts", "services"],
    ],
    verbs: ["*"],
  },
  {
    apiGroups: ["apps", "autoscaling", "batch", "discovery.k8s.io", "networking.k8s.io", "policy"],
    resources: ["*"],
    verbs: ["*"],
  },
];

export type Scene = Awaited<ReturnType<typeof openScene>>;

export async function openScene() {
  const folder = mkdtempSync(join(tmpdir(), "flotilla-identity-"));
  const second = worldIn(`${testWorld.folder}-other`);
  await removeWorld(second);
  await openWorld(second);
  const own = wayIn(world().world.kubeconfig);
  const tunnel = await openTunnel(own);
  const files = {
    ...(await ownFiles(folder, own, tunnel.port)),
    ...otherFiles(folder, own, wayIn(second.kubeconfig)),
  };
  await markOther(second.kubeconfig);
  return {
    folder,
    files,
    second,
    tunnel: tunnel.server as Server,
    grounds: await openGrounds(files, second.kubeconfig),
    /** Starts the second cluster, which is a new one if its data is gone, and updates its kubeconfigs. */
    async reopenOther() {
      await openWorld(second);
      otherFiles(folder, own, wayIn(second.kubeconfig));
    },
    async close() {
      tunnel.server.close();
      await run("kubectl", ["delete", "clusterrolebinding,clusterrole", "-l", `test=${ACCESS}`]);
      for (const { stack } of Object.values(this.grounds)) stack.remove();
      rmSync(folder, { recursive: true, force: true });
      // Files that the same worker runs next have stacks with these names.
      forgetStacks(testWorld);
      mkdirSync(testWorld.state, { mode: 0o700 });
      await removeWorld(second);
    },
  };
}

/** Kubeconfigs for the stack's own cluster. */
async function ownFiles(folder: string, own: Way, port: number) {
  const write = (name: string, ways: Record<string, Way>, current = "own") =>
    writeKubeconfig(folder, name, ways, current);
  const { admin, limited } = await makeAccounts();
  const server = String(own.cluster.server);
  return {
    localhost: write("localhost", { own: at(own, ({ port: usual }) => `https://localhost:${usual}`) }),
    slash: write("slash", { own: at(own, () => `${server}/`) }),
    tunnel: write("tunnel", { own: at(own, () => `https://127.0.0.1:${port}`) }),
    inline: write("inline", { own: inline(own) }),
    unverified: write("unverified", { own: unverified(own) }),
    token: write("token", { own: withToken(own, admin) }),
    limited: write("limited", { own: withToken(own, limited) }),
    "bad token": write("bad-token", { own: withToken(own, "nobody") }),
    renamed: write("renamed", { production: own }, "production"),
    moved: write("moved", { own }),
    twins: write("twins", { own, twin: own }, "twin"),
    "twins, renamed": write("twins-renamed", { production: own, twin: own }, "twin"),
    "no current context": writeKubeconfig(folder, "no-current", { own }, undefined),
    "unknown context": write("unknown", { own }, "gone"),
    "wrong path": write("wrong-path", { own: at(own, () => `${server}/wrong`) }),
    "nobody listens": write("nobody-listens", { own: at(own, () => "https://127.0.0.1:1") }),
  };
}

/** Kubeconfigs for another cluster. */
function otherFiles(folder: string, own: Way, other: Way) {
  return {
    both: writeKubeconfig(folder, "both", { own, other }, "own"),
    other: writeKubeconfig(folder, "other", { other }, "other"),
    switched: writeKubeconfig(folder, "switched", { own, other }, "other"),
    swapped: writeKubeconfig(folder, "swapped", { own: other, other: own }, "own"),
  };
}

/** Tokens of an account with all permissions, and of one that may not read other namespaces. */
async function makeAccounts() {
  const labels = { test: ACCESS };
  const role = (name: string, kind: string, subject: string) => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: `${ACCESS}-${subject}`, labels },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name },
    subjects: [{ kind: "ServiceAccount", name: subject, namespace: ACCESS }],
  });
  await apply(world().world.kubeconfig, [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: ACCESS } },
    ...["admin", "limited"].map((name) => ({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name, namespace: ACCESS },
    })),
    role("cluster-admin", "ClusterRole", "admin"),
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: ACCESS, labels },
      rules: LIMITED,
    },
    role(ACCESS, "ClusterRole", "limited"),
  ]);
  const token = async (name: string) =>
    (await run("kubectl", ["create", "token", name, "-n", ACCESS, "--duration=4h"])).stdout.trim();
  return { admin: await token("admin"), limited: await token("limited") };
}

/** Objects of others with the names of the stack's. */
export const markOther = (kubeconfig: string) =>
  apply(kubeconfig, [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop-dev" } },
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "theirs", namespace: "shop-dev" } },
  ]);

const apply = (kubeconfig: string, items: object[]) =>
  run("kubectl", ["apply", "-f", "-"], {
    env: { KUBECONFIG: kubeconfig },
    input: listText(items),
  });

async function openGrounds(files: { both: string; switched: string }, other: string) {
  const own = world().world.kubeconfig;
  const common = { application: "shop", distribution: "upstream" };
  const dev = new Ground(
    await projectStack("dev", { ...common, environment: "dev" }),
    "shop-dev",
    files.both,
    own,
  );
  writeInventory(dev.stack.folder, INVENTORY);
  const prod = new Ground(
    await projectStack("prod", { ...common, environment: "prod", cluster: { context: "own" } }),
    "shop-prod",
    files.both,
    own,
  );
  writeInventory(prod.stack.folder, SMALL);
  const guest = new Ground(
    await projectStack("guest", { ...common, environment: "dev", namespace: "shop-guest" }),
    "shop-guest",
    files.switched,
    other,
  );
  writeInventory(guest.stack.folder, SMALL);
  // Only long cases are about the others.
  for (const ground of IS_LONG ? [dev, prod, guest] : [dev])
    await ground.must(
      "pulumi",
      "up",
      "--yes",
      "--skip-preview",
      "--non-interactive",
      "-s",
      ground.stack.name,
    );
  return { dev, prod, guest };
}
