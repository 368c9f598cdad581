/** Reads the settings files of a project. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { LAYERS } from "../config/layers";
import type { ProjectFiles } from "../config/stack";

/** Returns the settings files of the project in a folder. */
export function readProjectFiles(folder: string): ProjectFiles {
  const layers = join(folder, LAYERS);
  const text = (path: string) => readFileSync(path, "utf8");
  return {
    project: text(join(folder, "Pulumi.yaml")),
    stacks: Object.fromEntries(
      readdirSync(folder).flatMap((file) => {
        const name = /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1];
        return name === undefined || !isFile(join(folder, file)) ? [] : [[name, text(join(folder, file))]];
      }),
    ),
    layers: {
      names: existsSync(layers)
        ? readdirSync(layers).flatMap((file) =>
            file.endsWith(".yaml") ? [file.slice(0, -".yaml".length)] : [],
          )
        : [],
      read: (name) => text(join(layers, `${name}.yaml`)),
    },
  };
}

/** Whether a path is a file: not a folder, and not a broken link. */
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
