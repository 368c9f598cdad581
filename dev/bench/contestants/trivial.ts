/** A Pulumi program that deploys nothing: the engine's own time, which no program can go below. */
import { writeProgram } from "../../../tests/copy";
import type { Contestant } from "./contestant";
import { pulumiStack } from "./pulumi";

/** In an empty folder. */
export async function trivial(folder: string): Promise<Contestant> {
  writeProgram(folder, "trivial", 'require("@pulumi/pulumi");\n');
  const { command, leave } = await pulumiStack(folder, "bench");
  return {
    name: "trivial program",
    // It has no service to change.
    command: async (operation) => (operation === "one service changed" ? undefined : command(operation)),
    leave,
  };
}
