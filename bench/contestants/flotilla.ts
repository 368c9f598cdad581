/** Flotilla: a copy of the project with the application in its catalogue. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import execa from "execa";
import { stringify } from "yaml";
import { copyProject } from "../../tests/copy";
import { benchApplication, CHANGED } from "../application";
import type { Contestant, Operation } from "./contestant";

const ARGUMENTS: Record<Operation, readonly string[]> = {
  "first up": ["up", "--yes", "--skip-preview"],
  "no-op preview": ["preview"],
  "no-op up": ["up", "--yes", "--skip-preview"],
  "one service changed": ["up", "--yes", "--skip-preview"],
  destroy: ["destroy", "--yes", "--skip-preview"],
};

/** The stack's settings: the same for what Flotilla deploys and for the values that others are given. */
export const settingsOf = (namespace: string, changed: boolean) => ({
  application: "bench",
  environment: "local",
  namespace,
  ...(changed ? { services: { [CHANGED.service]: { tag: CHANGED.tag } } } : {}),
});

/** In an empty folder. */
export async function flotilla(folder: string, releases: number): Promise<Contestant> {
  const namespace = `bench-${releases}-flotilla`;
  const stack = `bench-${releases}`;
  copyProject(folder);
  rmSync(join(folder, "apps"), { recursive: true });
  mkdirSync(join(folder, "apps"));
  writeFileSync(
    join(folder, "apps", "index.ts"),
    `export const catalogue = ${JSON.stringify({ bench: benchApplication(releases) })};\n`,
  );
  const writeStack = (changed: boolean) => {
    const settings = Object.entries(settingsOf(namespace, changed));
    const config = Object.fromEntries(settings.map(([key, value]) => [`flotilla:${key}`, value]));
    writeFileSync(join(folder, `Pulumi.${stack}.yaml`), stringify({ config }));
  };
  writeStack(false);
  await execa("pulumi", ["stack", "init", stack, "--non-interactive"], { cwd: folder });
  return {
    name: "flotilla",
    namespace,
    command: async (operation) => {
      if (operation === "first up") writeStack(false);
      if (operation === "one service changed") writeStack(true);
      const args = [...ARGUMENTS[operation], "--stack", stack, "--non-interactive", "--suppress-outputs"];
      return { program: "pulumi", args, folder };
    },
    leave: async () => {
      await execa("pulumi", ["stack", "rm", stack, "--yes", "--non-interactive"], { cwd: folder });
    },
  };
}
