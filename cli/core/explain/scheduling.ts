/** Explains why a pod cannot be scheduled, from the scheduler's message. */
import type { Pod } from "./facts";

export interface Unschedulable {
  /** The explanation. */
  why: string;
  /** Resources that the nodes lack, with the pod's requests. */
  lacks: { resource: string; asks: string }[];
  /** Whether the pod is waiting for a volume. */
  forVolume: boolean;
}

const WORDS: [RegExp, string][] = [
  [/didn't match pod topology spread constraints/, "would violate its topology spread constraints"],
  [/didn't match Pod's node affinity\/selector/, "do not match its node affinity or selector"],
  [/didn't satisfy existing pods anti-affinity rules/, "run a pod whose anti-affinity excludes it"],
  [/didn't match pod (anti-)?affinity( rules)?/, "do not match its pod affinity or anti-affinity"],
  [/didn't have free ports for the requested pod ports/, "have its port in use"],
  [/had volume node affinity conflict/, "are in a different zone from its volume"],
  [/exceed max volume count/, "have reached their volume limit"],
  [/were unschedulable/, "are cordoned"],
];

/** Parses `0/6 nodes are available: 3 Insufficient cpu, 3 node(s) ...`, which the scheduler writes (framework.FitError). */
export function unschedulable(message: string, pod?: Pod): Unschedulable {
  const [head = "", ...rest] = message.split(/: (.*)/s);
  const nodes = /0\/(\d+) nodes/.exec(head)?.[1];
  const body = (rest[0] ?? message).replace(/\. (no new claims|preemption:).*$|\.$/s, "");
  const lacks: Unschedulable["lacks"] = [];
  const parts = body.split(", ").map((part) => {
    const [, count, what = part] = /^(\d+) (.*)$/s.exec(part) ?? [];
    const on = count === undefined ? "" : `${count} of ${nodes ?? "the"} nodes `;
    const resource = /^Insufficient (\S+)$/.exec(what)?.[1];
    if (resource !== undefined) {
      const asks = pod ? requestOf(pod, resource) : "";
      lacks.push({ resource, asks });
      return `${on}do not have enough free ${resource}${asks === "" ? "" : ` (it requests ${asks})`}`;
    }
    if (what === "Too many pods") return `${on}have reached their pod limit`;
    const taint = /had untolerated taint\(?s?\)? ?(.*)$/.exec(what)?.[1];
    if (taint !== undefined) return `${on}have the untolerated taint ${taint}`;
    const words = WORDS.find(([pattern]) => pattern.test(what))?.[1];
    return words === undefined ? part : `${on}${words}`;
  });
  return {
    why: nodes === "0" ? "the cluster has no nodes" : parts.join(", "),
    lacks,
    forVolume: /PersistentVolumeClaim|persistentvolumeclaim/.test(body),
  };
}

/** A pod's requests of a resource; with several containers, as a sum. */
function requestOf({ spec }: Pod, resource: string): string {
  const asked = (spec?.containers ?? []).flatMap(({ resources }) => resources?.requests?.[resource] ?? []);
  // The API server writes 1000 as 1k.
  return asked
    .map((quantity) => quantity.replace(/^(\d+)k$/, (_, thousands) => `${thousands}000`))
    .join(" + ");
}
