/** Checks what the pods of a service need, and the labels and annotations of its objects. */
import type { Application, Service } from "../application";
import { own } from "../graph";
import { suggest } from "../nearest";
import { SPREADS } from "../pod";
import type { Report } from "./report";

/** Prefixes of labels that Flotilla, Helm and Kubernetes set and select by. */
const RESERVED_LABELS = /^(app\.kubernetes\.io|flotilla\.dev|helm\.sh|pod-security\.kubernetes\.io)\//;

/** Annotations that Flotilla, Helm and kubectl set, that turn off a check, or that weaken a pod. */
const RESERVED_ANNOTATIONS =
  /^(checksum|flotilla\.dev|(meta\.)?helm\.sh|kubectl\.kubernetes\.io|kube-score|checkov\.io|deployment\.kubernetes\.io|(container\.apparmor|seccomp)\.security\.(alpha|beta)\.kubernetes\.io)\/|^(kube-score|checkov)/;

/** Checks a service, or the stand-in of an external. */
export function checkPodNeeds(
  application: Application,
  where: string,
  service: Service,
  report: Report,
): void {
  const { pod = {}, serviceLabels, serviceAnnotations, serviceAccountAnnotations, ports = {} } = service;
  for (const [key, found] of [
    ["pod.labels", reserved(pod.labels, RESERVED_LABELS)],
    ["serviceLabels", reserved(serviceLabels, RESERVED_LABELS)],
    ["pod.annotations", reserved(pod.annotations, RESERVED_ANNOTATIONS)],
    ["serviceAnnotations", reserved(serviceAnnotations, RESERVED_ANNOTATIONS)],
    ["serviceAccountAnnotations", reserved(serviceAccountAnnotations, RESERVED_ANNOTATIONS)],
  ] as const)
    for (const name of found)
      report(
        `${where}, ${key}`,
        `${name} is reserved: Flotilla, Helm or Kubernetes set it, or it turns off a check`,
        "Use a key with the domain of your organization.",
      );
  if ((serviceLabels ?? serviceAnnotations) !== undefined && Object.keys(ports).length === 0)
    report(
      where,
      "has labels or annotations of its Service, but no ports, so it has no Service",
      "Add a port, or remove them.",
    );
  if (pod.dns?.policy === "None" && (pod.dns.nameservers ?? []).length === 0)
    report(`${where}, pod.dns`, "the policy None needs a name server", "Add `nameservers`.");
  const { services, stores } = application;
  for (const target of pod.near ?? [])
    if (!own(services, target) && !own(stores, target))
      report(
        `${where}, pod.near`,
        `"${target}" is not a service or store of ${application.name}`,
        suggest(target, [...Object.keys(services), ...Object.keys(stores)]),
      );
  for (const [name, { topologyKey }] of Object.entries(pod.topologySpread ?? {}))
    if (topologyKey === undefined && !own(SPREADS, name))
      report(
        `${where}, pod.topologySpread.${name}`,
        "has no `topologyKey`, which only zones and nodes may omit",
        "Add the label of the nodes, such as example.com/rack.",
      );
  if (/^system-(cluster|node)-critical$/.test(pod.priorityClass ?? ""))
    report(
      `${where}, pod.priorityClass`,
      `${pod.priorityClass} is for the cluster's own pods, which must start before all others`,
      "Use a priority class of your own.",
    );
}

const reserved = (written: Record<string, string> = {}, pattern: RegExp): string[] =>
  Object.keys(written).filter((key) => pattern.test(key));
