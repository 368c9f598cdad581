/** Reads the settings of a stack from its files, without the engine. */
import { readSettings, type StackConfig, type StackSettings } from "../../src/config/settings";
import { stackConfig } from "../../src/config/stack";
import { FlotillaError } from "../../src/model/problems";
import { deployedStores } from "../../src/plan/deployed";
import { readProjectFiles } from "../../src/runtime/project-files";
import { deployedOf, type ExportedResource } from "../core/state";
import { PROJECT } from "../tools/paths";
import { catalogue } from "./catalogue";

/** The config of a stack and its layers, as files. */
export const configOfStack = (stack: string): StackConfig => stackConfig(readProjectFiles(PROJECT), stack);

/**
 * Reads the settings of a stack while its state is being read. Waits for the state only if the settings are invalid: the state
 * distinguishes a store that left the inventory from a misspelled one.
 */
export async function settingsBeside(
  config: StackConfig,
  reading: Promise<readonly ExportedResource[]>,
): Promise<StackSettings> {
  try {
    return readSettings(config, catalogue());
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    const resources = await reading.catch(() => []);
    return readSettings(config, catalogue(), deployedStores(deployedOf(resources)));
  }
}

/** @throws FlotillaError if the stack file does not exist or its settings are invalid. */
export const settingsOfStack = (stack: string): StackSettings =>
  readSettings(configOfStack(stack), catalogue());
