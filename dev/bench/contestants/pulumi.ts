/** The commands of a contestant that is a Pulumi program. */
import execa from "execa";
import type { Contestant, Operation } from "./contestant";

const UP = ["up", "--yes", "--skip-preview"];
const ARGUMENTS: Record<Operation, readonly string[]> = {
  "first up": UP,
  "no-op preview": ["preview"],
  "no-op up": UP,
  "one service changed": UP,
  // Flotilla's namespace and stores are protected; without the flag destroy would stop there.
  destroy: ["destroy", "--yes", "--skip-preview", "--ignore-protect"],
};

/** Creates the stack of a program; returns its commands and its cleanup. */
export async function pulumiStack(
  folder: string,
  stack: string,
): Promise<Pick<Contestant, "command" | "leave">> {
  const pulumi = (...args: string[]) =>
    execa("pulumi", ["stack", ...args, stack, "--non-interactive"], { cwd: folder });
  await pulumi("init");
  return {
    command: async (operation) => {
      const args = [...ARGUMENTS[operation], "--stack", stack, "--non-interactive", "--suppress-outputs"];
      return { program: "pulumi", args, folder };
    },
    leave: async () => {
      await pulumi("rm", "--yes");
    },
  };
}
