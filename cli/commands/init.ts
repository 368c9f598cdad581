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
import { UsageError } from "../tools/failure";
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
    .description("Create a stack file and check its settings")
    .argument("<stack>", "the name of the stack, such as prod-us-east-1")
    .option(
      "-l, --layers <names>",
      "layers from config/layers, comma-separated; default: the layer with the stack's name",
    )
    .option("-c, --context <name>", "kubeconfig context; required for prod")
    .option("-k, --kubeconfig <path>", "kubeconfig file; default: KUBECONFIG, then ~/.kube/config")
    .option("-a, --application <name>", "application from apps/; default: the one in Pulumi.yaml")
    .option("-n, --namespace <name>", "namespace; default: <application>-<environment>")
    .action((stack: string, options: Options) => {
      const file = initStack(stack, options);
      process.stdout.write(`Created ${file}. Next:
  npx flotilla config --stack ${stack} --explain    show each setting and where it comes from
  npx flotilla check --stack ${stack}               check settings, plan and rendered objects
  npx flotilla doctor --stack ${stack}              check this machine and the cluster
  pulumi stack init ${stack} && npx flotilla diff --stack ${stack}
`);
    });
}

/** Writes the file of a new stack and returns its name. @throws FlotillaError when its settings are invalid. */
export function initStack(stack: string, options: Options, project = PROJECT): string {
  if (!/^[A-Za-z0-9][\w.-]{0,99}$/.test(stack))
    throw new UsageError(
      `"${stack}" is not a valid stack name: use letters, digits, hyphens, underscores and periods`,
    );
  const file = stackFileName(stack);
  if (existsSync(join(project, file)))
    throw new UsageError(`${file} already exists: edit it, or choose another name`);
  const files = readProjectFiles(project);
  const layers = layersFor(stack, options.layers, files.layers.names);
  const text = stackFile(layers, options);
  // Validated before it is written.
  const config = stackConfig({ ...files, stacks: { ...files.stacks, [stack]: text } }, stack);
  try {
    readSettings(config, catalogue());
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    throw new FlotillaError(error.problems, `${file} was not written`);
  }
  writeFileSync(join(project, file), text);
  return file;
}

function layersFor(stack: string, given: string | undefined, known: readonly string[]): string[] {
  if (given !== undefined) return given.split(",").flatMap((name) => name.trim() || []);
  if (known.includes(stack)) return [stack];
  throw new UsageError(
    `there is no layer named ${stack}\n  Name the stack's layers with --layers. ${suggest(stack, known)}`,
  );
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

/** Returns a text as a YAML scalar, quoted where YAML would read something else. */
const quoted = (text: string): string =>
  /^([A-Za-z/]|~\/)[\w./@-]*$/.test(text) && !/^(true|false|null|yes|no|on|off)$/i.test(text)
    ? text
    : JSON.stringify(text);
