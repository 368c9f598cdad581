/** The stack as the owner of the objects that it deploys. */
import { randomBytes } from "node:crypto";
import type { Owner } from "../plan/labels";

/** Returns the owner with the ID in its state, or a new ID if the state has none yet. */
export const ownerOf = (
  { project, stack }: { project: string; stack: string },
  id = randomBytes(6).toString("hex"),
): Owner => ({ stack: `${project}/${stack}`, id });
