/** Collects the files that a stack's settings come from, in order. */
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

/** The settings files of a project. */
export interface ProjectFiles {
  /** The text of Pulumi.yaml. */
  project: string;
  /** The texts of the stack files, by stack. */
  stacks: Readonly<Record<string, string>>;
  layers: LayerFolder;
}

/** Returns the config of a stack from its files. It includes the problems of the files. */
export function stackConfig(files: ProjectFiles, stack: string): StackConfig {
  const project = parseDefaults("Pulumi.yaml", files.project);
  const own = ownFile(files, bareName(stack), project.project);
  return assemble(files, project, bareName(stack), own, credentialsInFile(own));
}

/** Returns the config of a stack, given its own settings. Its layers go between the project's defaults and these. */
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

/** Returns the parsed file of a stack. If the file is missing, the result has no values and one problem. */
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
          what: "the stack file does not exist",
          todo: `${suggest(stack, Object.keys(stacks))} Or create it: npx flotilla init ${stack}`,
        },
      ],
    };
  return parseSettings("stack", path, text, project);
}

const EMPTY: SettingsFile = { kind: "stack", path: "", values: {}, lines: new Map(), problems: [] };

/** The names and problems of the passwords in a stack file. Undefined if the file has none. */
export function credentialsInFile(own: SettingsFile): GivenCredentials | undefined {
  const given = own.values[CREDENTIALS];
  return given === undefined || given === null
    ? undefined
    : givenCredentials(`${PREFIX}:${CREDENTIALS}`, given);
}

/** Reports passwords in a layer. A password belongs to one stack. */
function layerCredentials(layer: SettingsFile): Problem[] {
  if (layer.values[CREDENTIALS] === undefined) return [];
  return [
    {
      where: `${PREFIX}:${CREDENTIALS}`,
      what: "a layer is shared by several stacks and must not contain a password",
      todo: `Remove it, change the passwords, and give each stack its own: pulumi config set --secret --path ${PREFIX}:${CREDENTIALS}.<name>`,
      place: { file: layer.path, line: layer.lines.get(CREDENTIALS) ?? 1 },
    },
  ];
}
