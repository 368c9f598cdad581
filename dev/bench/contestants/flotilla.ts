/** The contestant Flotilla: a copy of the project with the benchmark application in its catalogue. */
import { copyProject, writeCatalogue, writeStackFile } from "../../../tests/copy";
import { benchApplication, benchConfig } from "../application";
import type { Contestant } from "./contestant";
import { pulumiStack } from "./pulumi";

/** Prepares the contestant in an empty folder. */
export async function flotilla(folder: string, releases: number): Promise<Contestant> {
  const namespace = `bench-${releases}-flotilla`;
  const stack = `bench-${releases}`;
  copyProject(folder);
  const catalogue = { bench: benchApplication(releases) };
  writeCatalogue(folder, `export const catalogue = ${JSON.stringify(catalogue)};\n`);
  const configure = (changed: boolean) => writeStackFile(folder, stack, benchConfig(namespace, changed));
  configure(false);
  const { command, leave } = await pulumiStack(folder, stack);
  return {
    name: "flotilla",
    namespace,
    command: async (operation) => {
      if (operation === "first up") configure(false);
      if (operation === "one service changed") configure(true);
      return command(operation);
    },
    leave,
  };
}
