/** The stack as the owner of what it deploys. */
import { randomBytes } from "node:crypto";
import type { Owner } from "../plan/labels";

/** The owner: with the id of its state, or a new one where the state has none yet. */
export const ownerOf = (
  { project, stack }: { project: string; stack: string },
  id = randomBytes(6).toString("hex"),
): Owner => ({ stack: `${project}/${stack}`, id });
