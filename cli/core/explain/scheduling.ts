/** Why no node takes a pod, from the scheduler's own message. */
import type { Pod } from "./facts";

export interface Unschedulable {
  /** In words. */
  why: string;
  /** Resources that the nodes lack, with what the pod asks for. */
  lacks: { resource: string; asks: string }[];
  /** Whether it waits for a volume. */
  forVolume: boolean;
}

const WORDS: [RegExp, string][] = [
  [/didn't match pod topology spread constraints/, "would put too many of its pods into one zone or node"],
  [/didn't match Pod's node affinity\/selector/, "have not the labels that it asks for"],
  [/didn't satisfy existing pods anti-affinity rules/, "have a pod that keeps others away"],
  [/didn't match pod (anti-)?affinity( rules)?/, "do not fit its wishes for neighbours"],
  [/didn't have free ports for the requested pod ports/, "have its port in use"],
  [/had volume node affinity conflict/, "are in another zone than its volume"],
  [/exceed max volume count/, "have as many volumes as they can take"],
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
      return `${on}have not enough ${resource} free${asks === "" ? "" : ` (it asks for ${asks})`}`;
    }
    if (what === "Too many pods") return `${on}have as many pods as they can take`;
    const taint = /had untolerated taint\(?s?\)? ?(.*)$/.exec(what)?.[1];
    if (taint !== undefined) return `${on}are tainted ${taint}`;
    const words = WORDS.find(([pattern]) => pattern.test(what))?.[1];
    return words === undefined ? part : `${on}${words}`;
  });
  return {
    why: nodes === "0" ? "the cluster has no node" : parts.join(", "),
    lacks,
    forVolume: /PersistentVolumeClaim|persistentvolumeclaim/.test(body),
  };
}

/** What a pod asks for of a resource, by container where there are several. */
function requestOf({ spec }: Pod, resource: string): string {
  const asked = (spec?.containers ?? []).flatMap(({ resources }) => resources?.requests?.[resource] ?? []);
  // The API server writes 1000 as 1k.
  return asked
    .map((quantity) => quantity.replace(/^(\d+)k$/, (_, thousands) => `${thousands}000`))
    .join(" + ");
}
