/** Settings that a program gives in code, in place of a stack file. */
import type { z } from "zod";
import type { WrittenApplication } from "../model/written";
import type { CREDENTIALS } from "./credentials";
import { unwritten } from "./file";
import type { settingsSchema } from "./schema";
import { readSettings, type StackConfig, type StackSettings } from "./settings";

/**
 * The settings of a stack file as a typed object, each with the meaning, unit and default that docs/configuration.md gives.
 * The program names the application, the cluster and the passwords itself.
 */
export type SettingsInCode = Omit<
  z.input<typeof settingsSchema>,
  "application" | "layers" | "cluster" | typeof CREDENTIALS
>;

/** What messages about such settings begin with. */
const PROJECT = "flotilla";

/** The config of a component: `where` names it in messages, and `credentials` are the names of its passwords. */
export function configInCode(
  where: string,
  stack: string,
  application: string,
  settings: SettingsInCode,
  credentials: readonly string[] = [],
): StackConfig {
  // The component's provider has the cluster.
  const cluster = { context: "of the provider" };
  return {
    project: PROJECT,
    stack,
    files: [unwritten(where, { ...settings, application, cluster })],
    credentials: { names: [...credentials], problems: [] },
  };
}

/** @throws FlotillaError with every problem of the settings and of the inventory. */
export const readInCode = (
  config: StackConfig,
  inventory: WrittenApplication,
  deployedStores: readonly string[] = [],
): StackSettings => readSettings(config, { [inventory.name]: inventory }, deployedStores);
