import { existsSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Command } from "commander";
import { PREFIX } from "../../src/config/prefix";
import { readSettings } from "../../src/config/settings";
import { stackConfig } from "../../src/config/stack";
import { stackFileName } from "../../src/config/stack-names";
import { suggest } from "../../src/model/nearest";
import { FlotillaError } from "../../src/model/problems";
import { compact, mapValues } from "../../src/model/records";
import { packageOf } from "../../src/plan/package";
import { readProjectFiles } from "../../src/runtime/project-files";
import { catalogue } from "../stack/catalogue";
import { ToolError } from "../tools/failure";
import { PROJECT } from "../tools/paths";

interface Options {
  layers?: string;
  context?: string;
  kubeconfig?: string;
  application?: string;
  namespace?: string;
}

export function initCommand(): Command {
  return new Command("init")
    .description("write the file of a new stack; settings that are not valid are refused")
    .argument("<stack>", "its name, such as prod-us-east-1")
    .option(
      "-l, --layers <names>",
      "files of config/layers, with commas between them; default: the one of the stack's name",
    )
    .option("-c, --context <name>", "context of the kubeconfig; prod needs its own")
    .option("-k, --kubeconfig <path>", "the kubeconfig; default: KUBECONFIG, then ~/.kube/config")
    .option("-a, --application <name>", "one of apps/; default: Pulumi.yaml's")
    .option("-n, --namespace <name>", "the namespace; default: <application>-<environment>")
    .action((stack: string, options: Options) => {
      const file = initStack(stack, options);
      process.stdout.write(`${file} is written. Next:
  npx flotilla config --stack ${stack} --explain    each setting, and where it comes from
  npx flotilla check --stack ${stack}               what is wrong with it
  npx flotilla doctor --stack ${stack}              what this machine and the cluster lack for it
  pulumi stack init ${stack} && pulumi preview --stack ${stack}
`);
    });
}

/** Writes the file of a stack. Returns its name. @throws FlotillaError when its settings would be wrong. */
export function initStack(stack: string, options: Options, project = PROJECT): string {
  if (!/^[A-Za-z0-9][\w.-]{0,99}$/.test(stack))
    throw new ToolError(
      `"${stack}" is not a valid name of a stack: use letters, digits, hyphens, underscores and periods`,
    );
  const file = stackFileName(stack);
  if (existsSync(join(project, file)))
    throw new ToolError(`${file} exists already: edit it, or choose another name`);
  const files = readProjectFiles(project);
  const layers = layersFor(stack, options.layers, files.layers.names);
  const text = stackFile(layers, options);
  // Read as it will be: a file that would be refused is not written.
  const config = stackConfig({ ...files, stacks: { ...files.stacks, [stack]: text } }, stack);
  try {
    readSettings(config, catalogue());
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    throw new FlotillaError(error.problems, `${file} is not written`);
  }
  writeFileSync(join(project, file), text);
  return file;
}

function layersFor(stack: string, given: string | undefined, known: readonly string[]): string[] {
  if (given !== undefined) return given.split(",").flatMap((name) => name.trim() || []);
  if (known.includes(stack)) return [stack];
  throw new ToolError(`name the layers it starts from with --layers. ${suggest(stack, known)}`);
}

function stackFile(
  layers: readonly string[],
  { context, kubeconfig, application, namespace }: Options,
): string {
  const cluster = Object.entries(compact({ context, kubeconfig })).map(
    ([key, value]) => `${key}: ${quoted(value)}`,
  );
  const settings = compact({
    layers: `[${layers.map(quoted).join(", ")}]`,
    ...mapValues(compact({ application, namespace }), quoted),
    cluster: cluster.length === 0 ? undefined : `{ ${cluster.join(", ")} }`,
  });
  const lines = Object.entries(settings).map(([key, value]) => `  ${PREFIX}:${key}: ${value}\n`);
  const schema = relative(PROJECT, join(packageOf(PROJECT), "config", "stack.schema.json"));
  return `# yaml-language-server: $schema=${schema}\nconfig:\n${lines.join("")}`;
}

/** As it is where YAML takes it for a text, else as JSON. */
const quoted = (text: string): string =>
  /^([A-Za-z/]|~\/)[\w./@-]*$/.test(text) && !/^(true|false|null|yes|no|on|off)$/i.test(text)
    ? text
    : JSON.stringify(text);
