/** A Pulumi program that deploys nothing. It measures the engine's own time, the lower bound for every program. */
import { writeProgram } from "../../../tests/copy";
import type { Contestant } from "./contestant";
import { pulumiStack } from "./pulumi";

/** Prepares the contestant in an empty folder. */
export async function trivial(folder: string): Promise<Contestant> {
  writeProgram(folder, "trivial", 'require("@pulumi/pulumi");\n');
  const { command, leave } = await pulumiStack(folder, "bench");
  return {
    name: "trivial program",
    // The program has no service to change.
    command: async (operation) => (operation === "one service changed" ? undefined : command(operation)),
    leave,
  };
}
