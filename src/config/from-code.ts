/** Reads settings that a program passes in code instead of a stack file. */
import type { z } from "zod";
import { withoutUndefined } from "../model/records";
import type { WrittenApplication } from "../model/written";
import type { CREDENTIALS } from "./credentials";
import { unwritten } from "./file";
import { PREFIX } from "./prefix";
import type { settingsSchema } from "./schema";
import { readSettings, type StackConfig, type StackSettings } from "./settings";

/**
 * The settings of a stack file as a typed object. docs/configuration.md has their meanings, units and defaults. The application,
 * the cluster and the passwords are left out: the program passes them in other ways.
 */
export type SettingsInCode = Omit<
  z.input<typeof settingsSchema>,
  "application" | "layers" | "cluster" | typeof CREDENTIALS
>;

/** Returns the config of a component. `where` names the component in messages; `credentials` are the names of its passwords. */
export function configInCode(
  where: string,
  stack: string,
  application: string,
  settings: SettingsInCode,
  credentials: readonly string[] = [],
): StackConfig {
  // The component's provider decides the cluster. The placeholder satisfies the rule that prod names its context.
  const cluster = { context: "of the provider" };
  return {
    project: PREFIX,
    stack,
    files: [unwritten(where, { ...withoutUndefined(settings), application, cluster })],
    credentials: { names: [...credentials], problems: [] },
  };
}

/** Reads the settings of a component. @throws FlotillaError with every problem of the settings and the inventory. */
export const readInCode = (
  config: StackConfig,
  inventory: WrittenApplication,
  deployedStores: readonly string[] = [],
): StackSettings => readSettings(config, { [inventory.name]: inventory }, deployedStores);
