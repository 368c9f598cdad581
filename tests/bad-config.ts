/** Invalid stack files, each with its expected error message. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { catalogue } from "../apps";
import { PROJECT } from "../cli/tools/paths";
import { readSettings } from "../src/config/settings";
import { stackConfig } from "../src/config/stack";
import { FlotillaError } from "../src/model/problems";
import { composePlan } from "../src/plan/compose";
import { readProjectFiles } from "../src/runtime/project-files";
import { charts } from "./support";

export const FOLDER = join(PROJECT, "tests", "fixtures", "bad-config");

/** The cases by name. */
export const CASES = readdirSync(FOLDER).flatMap((file) =>
  file.endsWith(".yaml") ? [file.slice(0, -".yaml".length)] : [],
);

/** Returns the program's error message for a stack file; undefined if it is accepted. */
export function refusalOf(name: string): string | undefined {
  const files = readProjectFiles(PROJECT);
  const own = readdirSync(join(FOLDER, "layers")).map((file) => file.replace(".yaml", ""));
  const config = stackConfig(
    {
      ...files,
      stacks: { ...files.stacks, [name]: readFileSync(join(FOLDER, `${name}.yaml`), "utf8") },
      layers: {
        names: [...files.layers.names, ...own],
        read: (layer) =>
          own.includes(layer)
            ? readFileSync(join(FOLDER, "layers", `${layer}.yaml`), "utf8")
            : files.layers.read(layer),
      },
    },
    name,
  );
  try {
    const read = readSettings(config, catalogue);
    composePlan(config, read, { charts });
    return undefined;
  } catch (error) {
    if (error instanceof FlotillaError) return `${error.message}\n`;
    throw error;
  }
}

/** Records the current messages. Review them before you commit. */
function record(): void {
  for (const name of CASES) writeFileSync(join(FOLDER, `${name}.txt`), refusalOf(name) ?? "nothing\n");
}

if (require.main === module) record();
