/** All cases, in the order in which they run. */
import type { Case } from "./case";
import { behind } from "./cases-behind";
import { addresses, clusters } from "./cases-kubeconfig";
import { inventories, settings } from "./cases-plan";
import { comings, stacks } from "./cases-stack";

export const CASES: readonly Case[] = [
  ...addresses,
  ...settings,
  ...clusters,
  ...stacks,
  ...inventories,
  ...behind,
  ...comings,
];
