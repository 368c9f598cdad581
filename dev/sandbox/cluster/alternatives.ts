/** What else can run where nodes of one kind cannot. */
import type { NodeKind } from "./configuration";

/** Each kind of nodes with what it needs. */
const KINDS: Record<NodeKind, string> = {
  simulated: "--nodes simulated",
  kind: "--nodes kind (with kind and Docker or Podman)",
  real: "--nodes real (on Linux, as root)",
};

/** Returns the end of a message that nodes of this kind cannot run. */
export function insteadOf(kind: NodeKind): string {
  const others = Object.entries(KINDS).flatMap(([name, text]) => (name === kind ? [] : [text]));
  return `Instead: npx flotilla sandbox start ${others.join(" or ")}, or on a cluster that you have: make demo CONTEXT=<context>`;
}
