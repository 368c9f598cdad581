/** Which layers a stack starts from, in which order. */
import { suggest } from "../model/nearest";
import type { Problem } from "../model/problems";
import { isRecord } from "../model/records";
import { parseSettings, pathOf, placeOf, type SettingsFile } from "./file";

/** Where layers are, in the project. */
export const LAYERS = "config/layers";

/** The layers there are. */
export interface LayerFolder {
  /** Without `.yaml`. */
  names: readonly string[];
  /** The text of one of them. */
  read(name: string): string;
}

export interface Layers {
  /** Lowest first. */
  files: SettingsFile[];
  /** A layer that is not there, or that leads back to itself. */
  problems: Problem[];
}

/** The layers of a folder, each parsed once, when it is first asked for. */
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

export interface ParsedLayers {
  /** Without `.yaml`. */
  names: readonly string[];
  layer(name: string): SettingsFile;
}

/**
 * The layers that a file names, each after those it names itself; one that is named twice counts where it is named first.
 */
export function resolveLayers(named: SettingsFile, folder: ParsedLayers, project: string): Layers {
  const files = new Map<string, SettingsFile>();
  const problems: Problem[] = [];
  const visit = (by: SettingsFile, path: readonly string[]): void => {
    for (const { name, where } of namesIn(by, problems, project)) {
      const place = placeOf(by.path, by.lines.get(where) ?? by.lines.get("layers"));
      const start = path.indexOf(name);
      if (start >= 0)
        problems.push({
          where: `${project}:${where}`,
          what: `the layers lead in a circle: ${[...path.slice(start), name].join(" -> ")}`,
          todo: "Take one of them out.",
          place,
        });
      else if (!folder.names.includes(name))
        problems.push({
          where: `${project}:${where}`,
          what: `there is no layer "${name}": ${LAYERS}/${name}.yaml does not exist`,
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

/** What stands under `layers`; anything but names is a problem. */
function namesIn(
  file: SettingsFile,
  problems: Problem[],
  project: string,
): { name: string; where: string }[] {
  const listed = file.values.layers;
  if (listed === undefined || listed === null) return [];
  if (!Array.isArray(listed) || listed.some((name) => typeof name !== "string")) {
    problems.push({
      where: `${project}:layers`,
      what: "it must be a list of layers",
      todo: `Write ${project}:layers: [${isRecord(listed) || Array.isArray(listed) ? "prod" : String(listed)}].`,
      place: placeOf(file.path, file.lines.get("layers")),
    });
    return [];
  }
  return listed.map((name: string, index) => ({ name, where: pathOf(["layers", index]) }));
}
