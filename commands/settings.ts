/** Settings of a stack from its files, without the engine. */
import { catalogue } from "../apps";
import { readSettings, type StackConfig, type StackSettings } from "../config/settings";
import { stackConfig } from "../config/stack";
import { readProjectFiles } from "../runtime/project-files";
import { PROJECT } from "../tools/paths";

/** A stack as its files describe it. */
export const configOfStack = (stack: string): StackConfig => stackConfig(readProjectFiles(PROJECT), stack);

/** @throws FlotillaError when there is no such stack file, or its settings are wrong. */
export const settingsOfStack = (stack: string): StackSettings =>
  readSettings(configOfStack(stack), catalogue);
