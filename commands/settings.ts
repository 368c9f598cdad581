/** Settings of a stack from its files, without the engine. */
import { catalogue } from "../apps";
import { readSettings, type StackConfig, type StackSettings } from "../config/settings";
import { stackConfig } from "../config/stack";
import { deployedOf, type ExportedResource } from "../live/engine";
import { FlotillaError } from "../model/problems";
import { deployedStores } from "../plan/deployed";
import { readProjectFiles } from "../runtime/project-files";
import { PROJECT } from "../tools/paths";

/** A stack as its files describe it. */
export const configOfStack = (stack: string): StackConfig => stackConfig(readProjectFiles(PROJECT), stack);

/**
 * Settings beside a state that is being read, which is waited for only where they are wrong: then it tells a store that left the
 * inventory from a misspelt one.
 */
export async function settingsBeside(
  config: StackConfig,
  reading: Promise<readonly ExportedResource[]>,
): Promise<StackSettings> {
  try {
    return readSettings(config, catalogue);
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    const resources = await reading.catch(() => []);
    return readSettings(config, catalogue, deployedStores(deployedOf(resources)));
  }
}

/** @throws FlotillaError when there is no such stack file, or its settings are wrong. */
export const settingsOfStack = (stack: string): StackSettings =>
  readSettings(configOfStack(stack), catalogue);
