/** A Pulumi program that deploys nothing: the engine's own time, which no program can go below. */
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import execa from "execa";
import { stringify } from "yaml";
import { PROJECT } from "../../tools/paths";
import type { Contestant, Operation } from "./contestant";

const ARGUMENTS: Record<Operation, readonly string[] | undefined> = {
  "first up": ["up", "--yes", "--skip-preview"],
  "no-op preview": ["preview"],
  "no-op up": ["up", "--yes", "--skip-preview"],
  "one service changed": undefined,
  destroy: ["destroy", "--yes", "--skip-preview"],
};

/** In an empty folder. */
export async function trivial(folder: string): Promise<Contestant> {
  const runtime = { name: "nodejs", options: { typescript: false } };
  writeFileSync(join(folder, "Pulumi.yaml"), stringify({ name: "trivial", runtime }));
  writeFileSync(join(folder, "package.json"), "{}");
  writeFileSync(join(folder, "index.js"), 'require("@pulumi/pulumi");\n');
  symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"));
  await execa("pulumi", ["stack", "init", "bench", "--non-interactive"], { cwd: folder });
  return {
    name: "trivial program",
    command: async (operation) => {
      const args = ARGUMENTS[operation];
      return (
        args && {
          program: "pulumi",
          args: [...args, "--stack", "bench", "--non-interactive"],
          folder,
        }
      );
    },
    leave: async () => {
      await execa("pulumi", ["stack", "rm", "bench", "--yes", "--non-interactive"], { cwd: folder });
    },
  };
}
