/** Reads the stack's config from the engine. Layers, lines and nulls come from the files: the engine does not have them. */
import * as pulumi from "@pulumi/pulumi";
import { CREDENTIALS } from "../config/credentials";
import { parseDefaults } from "../config/file";
import { credentialsAt, ownSettings } from "../config/from-engine";
import { PREFIX } from "../config/prefix";
import type { StackConfig } from "../config/settings";
import { assemble, ownFile } from "../config/stack";
import { readProjectFiles } from "./project-files";

/** Returns the config of the running stack. `folder` is the folder of the project. */
export function readStackConfig(folder: string): StackConfig {
  const values = pulumi.runtime.allConfig();
  // The SDK has this function, but its type declarations omit it.
  const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  const secretKeys = Object.keys(values).filter((key) => isConfigSecret(key));
  const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
  const files = readProjectFiles(folder);
  const defaults = parseDefaults("Pulumi.yaml", files.project);
  const own = ownSettings({ values, secretKeys }, ownFile(files, stack, project), defaults.file);
  const credentials = credentialsAt(`${PREFIX}:${CREDENTIALS}`, values, own);
  return assemble(files, defaults, stack, own, credentials);
}

/** Returns passwords from the stack's config, by name. They stay secret in the state. */
export function readCredentials(names: readonly string[]): Record<string, pulumi.Output<string>> {
  const given = new pulumi.Config(PREFIX).getSecretObject<Record<string, string>>(CREDENTIALS);
  return Object.fromEntries(
    names.flatMap((name) => (given ? [[name, given.apply((values) => values[name] as string)]] : [])),
  );
}
