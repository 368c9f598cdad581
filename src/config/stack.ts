/** Collects the files that a stack's settings come from, in their order. */
import { suggest } from "../model/nearest";
import type { Problem } from "../model/problems";
import { compact } from "../model/records";
import { placeProblems } from "./conflicts";
import { CREDENTIALS, type GivenCredentials, givenCredentials } from "./credentials";
import { parseDefaults, parseSettings, type SettingsFile } from "./file";
import { type LayerFolder, parsedLayers, resolveLayers } from "./layers";
import { PREFIX } from "./prefix";
import type { StackConfig } from "./settings";
import { bareName, stackFileName } from "./stack-names";

/** The files of a project that contain settings. */
export interface ProjectFiles {
  /** The text of Pulumi.yaml. */
  project: string;
  /** The texts of the stack files, by stack. */
  stacks: Readonly<Record<string, string>>;
  layers: LayerFolder;
}

/** Returns the config of a stack from its files. The problems of the files are part of it. */
export function stackConfig(files: ProjectFiles, stack: string): StackConfig {
  const project = parseDefaults("Pulumi.yaml", files.project);
  const own = ownFile(files, bareName(stack), project.project);
  return assemble(files, project, bareName(stack), own, credentialsInFile(own));
}

/** Returns the config of a stack whose own settings are known. Its layers go between the project's defaults and these. */
export function assemble(
  files: ProjectFiles,
  { project, file: defaults }: ReturnType<typeof parseDefaults>,
  stack: string,
  own: SettingsFile,
  credentials: GivenCredentials | undefined,
): StackConfig {
  const folder = parsedLayers(files.layers, project);
  const layered = (name: string, file: SettingsFile): StackConfig => {
    const named = file.values.layers === undefined ? defaults : file;
    const { files: layers, problems } = resolveLayers(named, folder);
    return {
      project,
      stack: name,
      files: [defaults, ...layers, file],
      problems: [...problems, ...layers.flatMap((layer) => layerCredentials(layer))],
    };
  };
  const config = layered(stack, own);
  const others = Object.keys(files.stacks).filter((other) => other !== stack);
  return {
    ...config,
    ...compact({ credentials }),
    conflicts: placeProblems(config, () =>
      others.map((other) => layered(other, ownFile(files, other, project))),
    ),
  };
}

/** Returns the file of a stack, parsed. If it is missing, the result has only a problem. */
export function ownFile({ stacks }: ProjectFiles, stack: string, project: string): SettingsFile {
  const path = stackFileName(stack);
  const text = Object.hasOwn(stacks, stack) ? stacks[stack] : undefined;
  if (text === undefined)
    return {
      ...EMPTY,
      path,
      problems: [
        {
          where: path,
          what: "there is no such file, and each stack needs one",
          todo: `${suggest(stack, Object.keys(stacks))} Or write it: npx flotilla init ${stack}`,
        },
      ],
    };
  return parseSettings("stack", path, text, project);
}

const EMPTY: SettingsFile = { kind: "stack", path: "", values: {}, lines: new Map(), problems: [] };

/** The names and problems of the passwords in a stack's own file; undefined if the file has none. */
export function credentialsInFile(own: SettingsFile): GivenCredentials | undefined {
  const given = own.values[CREDENTIALS];
  return given === undefined || given === null
    ? undefined
    : givenCredentials(`${PREFIX}:${CREDENTIALS}`, given);
}

/** Reports passwords in a layer: a password belongs to one stack. */
function layerCredentials(layer: SettingsFile): Problem[] {
  if (layer.values[CREDENTIALS] === undefined) return [];
  return [
    {
      where: `${PREFIX}:${CREDENTIALS}`,
      what: "a layer is shared by stacks, and must hold no password",
      todo: `Remove it, have the passwords changed, and give each stack its own: pulumi config set --secret --path ${PREFIX}:${CREDENTIALS}.<name>`,
      place: { file: layer.path, line: layer.lines.get(CREDENTIALS) ?? 1 },
    },
  ];
}
