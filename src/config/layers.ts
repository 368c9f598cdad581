/** Finds the layers of a stack, in order. */
import { suggest } from "../model/nearest";
import { pathOf } from "../model/paths";
import type { Problem } from "../model/problems";
import { isRecord } from "../model/records";
import { parseSettings, placeOf, type SettingsFile } from "./file";
import { PREFIX } from "./prefix";

/** Folder of the layers in the project. */
export const LAYERS = "config/layers";

/** The folder of the layers, not yet parsed. */
export interface LayerFolder {
  /** Names of the layers, without `.yaml`. */
  names: readonly string[];
  /** Returns the text of a layer. */
  read(name: string): string;
}

/** The layers of one file. */
export interface Layers {
  /** The layers, lowest precedence first. */
  files: SettingsFile[];
  /** Missing layers and cycles. */
  problems: Problem[];
}

/** Returns the layers of a folder. Each is parsed once, on first use. */
export function parsedLayers({ names, read }: LayerFolder, project: string): ParsedLayers {
  const parsed = new Map<string, SettingsFile>();
  return {
    names,
    layer(name) {
      const file = parsed.get(name) ?? parseSettings("layer", `${LAYERS}/${name}.yaml`, read(name), project);
      parsed.set(name, file);
      return file;
    },
  };
}

/** The layers of a folder, parsed on demand. */
export interface ParsedLayers {
  /** Names of the layers, without `.yaml`. */
  names: readonly string[];
  layer(name: string): SettingsFile;
}

/**
 * Returns the layers that a file names, each after the layers that it names itself. A layer that is named twice counts once, at
 * its first position.
 */
export function resolveLayers(named: SettingsFile, folder: ParsedLayers): Layers {
  const files = new Map<string, SettingsFile>();
  const problems: Problem[] = [];
  const visit = (by: SettingsFile, path: readonly string[]): void => {
    for (const { name, where } of namesIn(by, problems)) {
      const place = placeOf(by.path, by.lines.get(where) ?? by.lines.get("layers"));
      const start = path.indexOf(name);
      if (start >= 0)
        problems.push({
          where: `${PREFIX}:${where}`,
          what: `the layers form a cycle: ${[...path.slice(start), name].join(" -> ")}`,
          todo: "Remove one of them.",
          place,
        });
      else if (!folder.names.includes(name))
        problems.push({
          where: `${PREFIX}:${where}`,
          what: `unknown layer "${name}": ${LAYERS}/${name}.yaml does not exist`,
          todo: suggest(name, folder.names),
          place,
        });
      else if (!files.has(name)) {
        const file = folder.layer(name);
        visit(file, [...path, name]);
        files.set(name, file);
      }
    }
  };
  visit(named, []);
  return { files: [...files.values()], problems };
}

/** Returns the names under `layers`. A value that is not a list of names is added to the problems. */
function namesIn(file: SettingsFile, problems: Problem[]): { name: string; where: string }[] {
  const listed = file.values.layers;
  if (listed === undefined || listed === null) return [];
  if (!Array.isArray(listed) || listed.some((name) => typeof name !== "string")) {
    problems.push({
      where: `${PREFIX}:layers`,
      what: "must be a list of layers",
      todo: `Write ${PREFIX}:layers: [${isRecord(listed) || Array.isArray(listed) ? "prod" : String(listed)}].`,
      place: placeOf(file.path, file.lines.get("layers")),
    });
    return [];
  }
  return listed.map((name: string, index) => ({ name, where: pathOf(["layers", index]) }));
}
