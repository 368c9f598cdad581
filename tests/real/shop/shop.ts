/** The sandbox with real nodes and the shop on it, which all files of this folder share. */
import assert from "node:assert/strict";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../../cli/tools/paths";
import { deleteCluster } from "../../../dev/sandbox/cluster/cluster";
import { worldIn } from "../../../dev/sandbox/folders";
import { imagesFolder } from "../../../dev/sandbox/nodes/layout";
import { forgetStacks, openWorld } from "../../../dev/sandbox/world";
import { writeCatalogue } from "../../copy";
import { flotilla } from "../../e2e/inventory";
import { apply, get, projectStack, run, type Stack, until, useWorld } from "../../e2e/world";
import { skipWithoutImages, skipWithoutRealNodes } from "../cluster";
import { CALLERS, callerPod } from "./callers";
import { putImages, REGISTRY } from "./images";
import { INVENTORY } from "./inventory";

export const NAMESPACE = "shop";

/** Whether the cases run that take long. They need two nodes. */
export const IS_LONG = process.env.REAL === "long";
export const SECOND_NODE = "real-1";

/** The password of archive-client, which is not the one of its server. */
export const WRONG_PASSWORD = "correct-horse-battery-staple";

export const shopWorld = worldIn(join(PROJECT, ".flotilla", "real-shop"));

/** Writes the program of the project. */
function writeProgram(stack: Stack, timeLimits: Record<string, number>): void {
  const program = `import { deploy } from "./components";
import { catalogue } from "./apps";
const timeLimits: Record<string, number> = ${JSON.stringify(timeLimits)};
export = deploy(catalogue, {
  project: __dirname,
  transform: ({ services }) => {
    for (const [name, release] of Object.entries(services)) release.timeoutSeconds = timeLimits[name] ?? release.timeoutSeconds;
  },
});
`;
  writeFileSync(join(stack.folder, "index.ts"), program);
}

/** Runs work with other time limits of services, in seconds. */
export async function withTimeLimits<T>(
  stack: Stack,
  timeLimits: Record<string, number>,
  work: () => Promise<T>,
): Promise<T> {
  writeProgram(stack, timeLimits);
  try {
    return await work();
  } finally {
    writeProgram(stack, {});
  }
}

/** Number of pods of order-service, unless a test changes it. */
export const ORDER_SERVICE_PODS = 2;

const SETTINGS = {
  application: "shop",
  environment: "local",
  distribution: "upstream",
  standIns: true,
  namespace: NAMESPACE,
  registryMirrors: { "docker.io": REGISTRY },
  services: { "order-service": { replicas: ORDER_SERVICE_PODS }, "archive-client": { replicas: 0 } },
};

let opening: Promise<Stack> | undefined;

/** Returns the stack of the deployed shop; deploys it the first time. Skips the suite where no real node can run. */
export async function theShop(test: Mocha.Context): Promise<Stack> {
  skipWithoutRealNodes(test, shopWorld);
  skipWithoutImages(test);
  opening ??= deployShop();
  return opening;
}

async function deployShop(): Promise<Stack> {
  await deleteCluster(shopWorld);
  forgetStacks(shopWorld);
  await putImages(imagesFolder(shopWorld));
  useWorld(await openWorld(shopWorld, IS_LONG ? "real:2" : "real"));
  // Stores stay on the first node, so that the second can be lost.
  if (IS_LONG) await run("kubectl", ["cordon", SECOND_NODE]);
  const stack = await projectStack("shop", SETTINGS);
  writeCatalogue(stack.folder, INVENTORY);
  for (const file of ["order-service.ts", "stand-ins.ts"])
    cpSync(join(PROJECT, "apps", file), join(stack.folder, "apps", file));
  writeProgram(stack, {});
  await stack.secret("flotilla:credentials.archive-app", WRONG_PASSWORD);
  await update(stack);
  await startLoad();
  return stack;
}

after(async function () {
  this.timeout(60_000);
  if (opening === undefined) return;
  (await opening.catch(() => undefined))?.remove();
  await deleteCluster(shopWorld);
  rmSync(shopWorld.folder, { recursive: true, force: true });
});

/** Runs `flotilla up`, which must succeed. Returns its output. */
export async function update(stack: Stack, ...args: string[]): Promise<string> {
  const { exitCode, all = "" } = await flotilla(stack, "up", "--stack", stack.name, "--yes", ...args);
  assert.equal(exitCode, 0, all.split("\n").slice(-40).join("\n"));
  return all;
}

/**
 * Returns the URL of order-service, by address: with a node, a pod of the DNS is lost too, and look-ups that time out would hide
 * everything else.
 */
export async function ordersUrl(): Promise<string> {
  const { spec } = await get<{ spec: { clusterIP: string } }>("service", "order-service", "-n", NAMESPACE);
  return `http://${spec.clusterIP}/orders`;
}

async function startLoad(): Promise<void> {
  await apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: CALLERS } });
  await run("kubectl", ["wait", "--for=create", "-n", CALLERS, "serviceaccount/default"]);
  await apply(
    callerPod("load", {
      env: [
        { name: "LOAD_URL", value: await ordersUrl() },
        { name: "LOAD_RATE", value: "8" },
      ],
    }),
  );
  await run("kubectl", ["wait", "--for=condition=Ready", "-n", CALLERS, "pod/load"]);
}

/** Waits until all pods of the shop are ready. */
export const allReady = (seconds = 90): Promise<void> =>
  until(
    "all pods are ready",
    async () => {
      const { stdout } = await run("kubectl", [
        ...["get", "deployments,statefulsets", "-n", NAMESPACE],
        ...["-o", `jsonpath={range .items[*]}{.spec.replicas}={.status.readyReplicas} {end}`],
      ]);
      return stdout
        .trim()
        .split(" ")
        .every((pair) => {
          const [wanted, ready] = pair.split("=");
          // A Deployment without pods reports none.
          return wanted === (ready || "0");
        });
    },
    seconds,
  );
