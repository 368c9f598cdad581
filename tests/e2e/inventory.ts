/** Projects with an inventory made for a test, and the command line in them. */
import { join } from "node:path";
import { writeCatalogue } from "../copy";
import { projectStack, run, type Stack } from "./world";

/** An inventory of services and stores, as the only one of a project. */
export function writeInventory(folder: string, body: string): void {
  writeCatalogue(
    folder,
    `import type { Application, Service, Store } from "../src/model/application";
import { password, secret, text, username } from "../src/model/text";
const image = { repository: "example.com/web", tag: "1.0.0" };
const service = (uses: string[], env: Service["env"] = {}): Service => ({ language: "go", image, uses, env });
const store = (kind: Store["kind"], database?: string): Store => ({
  kind,
  accounts: { app: { username: "app", database, credential: { generated: true } } },
  resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "128Mi" } },
  storage: "1Gi",
});
const url = (of: string) => text\`\${username(of, "app")}:\${password(of, "app")}\`;
const shop: Application = { name: "shop", description: "A test", ${body} };
export const catalogue = { shop };
`,
  );
}

/** Returns a local stack with upstream stores that deploys an inventory of its own. `more` are further settings. */
export async function inventoryStack(
  name: string,
  namespace: string,
  inventory: string,
  more: Record<string, unknown> = {},
): Promise<Stack> {
  const settings = { application: "shop", environment: "local", distribution: "upstream", namespace };
  const stack = await projectStack(name, { ...settings, ...more });
  writeInventory(stack.folder, inventory);
  return stack;
}

/** Runs the command line of a copy of the project. */
export const flotilla = (stack: Stack, ...args: string[]) =>
  run(join(stack.folder, "cli/bin.js"), args, { cwd: stack.folder, reject: false });
