/** Explains why a workload has too few pods or a Job does not complete, from what its controllers report. */
import { type Balanced, type Claim, type KubernetesEvent, lacksAddress, type Workload } from "./facts";
import { kubectl, type Reason, type Where } from "./reason";

/** The reason why a controller cannot create pods: quota, admission, a missing service account. */
export function creationReason(object: string, message: string, where: Where): Reason {
  const base = { object, said: [message] };
  const quota = /exceeded quota: ([^,]+), requested: (.*?), used: (.*?), limited: (.*)$/s.exec(message);
  if (quota) {
    const [, name, requested, used, limited] = quota;
    return {
      ...base,
      cause: "quota",
      what: `quota ${name} is exhausted: one more pod requests ${requested}; ${used} of ${limited} is used`,
      todo: [
        kubectl(where, `describe resourcequota ${name}`),
        "lower the requests, or raise the stack's quota: flotilla:quota",
      ],
    };
  }
  if (/violates PodSecurity/.test(message))
    return {
      ...base,
      cause: "admission",
      what: "the namespace does not admit its pods: they violate its Pod Security level",
      todo: [`npx flotilla check --stack ${where.stack}`],
    };
  if (/admission webhook/.test(message))
    return {
      ...base,
      cause: "admission",
      what: `the cluster does not admit its pods: ${/admission webhook "([^"]+)"/.exec(message)?.[1] ?? "a webhook"} refuses them`,
      todo: [kubectl(where, `describe ${object.toLowerCase().replace(" ", "/")}`)],
    };
  if (/minimum (cpu|memory)|maximum (cpu|memory)|LimitRange/i.test(message))
    return {
      ...base,
      cause: "quota",
      what: "a LimitRange of the namespace does not admit its pods",
      todo: [kubectl(where, "describe limitrange")],
    };
  return {
    ...base,
    cause: "admission",
    what: "its pods cannot be created",
    todo: [kubectl(where, `describe ${object.toLowerCase().replace(" ", "/")}`)],
  };
}

/** The reasons in the status and events of a workload or one of its ReplicaSets. */
export function reasonsOfWorkload(
  workload: Workload,
  events: readonly KubernetesEvent[],
  where: Where,
): Reason[] {
  const { kind, metadata, status } = workload;
  const object = `${kind} ${metadata.name}`;
  const condition = (type: string) =>
    status?.conditions?.find((candidate) => candidate.type === type && candidate.status === "True");
  const failure = condition("ReplicaFailure")?.message;
  if (failure !== undefined) return [creationReason(object, failure, where)];
  const failed = kind === "Job" ? condition("Failed") : undefined;
  if (failed)
    return [
      {
        cause: "job",
        object,
        what:
          failed.reason === "DeadlineExceeded"
            ? "it exceeded its deadline"
            : "its pods failed too often (backoffLimit)",
        ...(failed.message === undefined ? {} : { said: [failed.message] }),
        todo: [kubectl(where, `logs job/${metadata.name} --tail=50`)],
      },
    ];
  const creation = events
    .filter(({ reason, type }) => reason === "FailedCreate" && type === "Warning")
    .at(-1);
  return creation?.message === undefined ? [] : [creationReason(object, creation.message, where)];
}

/** The reason why a volume claim is not bound. */
export function reasonsOfClaim(
  { metadata, spec, status }: Claim,
  events: readonly KubernetesEvent[],
  where: Where,
): Reason[] {
  if (status?.phase === "Bound") return [];
  const said = events
    .filter(({ type, reason }) => type === "Warning" || reason === "FailedBinding")
    .at(-1)?.message;
  const missing = /storageclass[^"]*"([^"]+)" not found/i.exec(said ?? "")?.[1];
  return [
    {
      cause: "volume",
      object: `PersistentVolumeClaim ${metadata.name}`,
      what:
        missing !== undefined
          ? `the cluster has no StorageClass ${missing}`
          : spec?.storageClassName === undefined
            ? "it has no volume: the cluster has no default StorageClass, or no volume fits"
            : `StorageClass ${spec.storageClassName} has not provisioned a volume yet`,
      ...(said === undefined ? {} : { said: [said] }),
      todo: ["kubectl get storageclass", `npx flotilla doctor --stack ${where.stack}`],
    },
  ];
}

/** The reason why a load balancer has no address; Helm waits for one until it times out. */
export function reasonsOfBalancer(
  service: Balanced,
  events: readonly KubernetesEvent[],
  where: Where,
): Reason[] {
  if (!lacksAddress(service)) return [];
  const { name } = service.metadata;
  const said = events.filter(({ type }) => type === "Warning").at(-1)?.message;
  return [
    {
      cause: "balancer",
      object: `Service ${name}`,
      what:
        said === undefined
          ? "its load balancer has no address: no controller in the cluster has handled it yet"
          : "its load balancer has no address",
      ...(said === undefined ? {} : { said: [said] }),
      todo: [
        kubectl(where, `describe service ${name}`),
        "clouds assign an address within minutes; other clusters need a load balancer controller, such as MetalLB, or its class: flotilla:loadBalancer.className",
        "without one, use an ingress: flotilla:ingress instead of flotilla:loadBalancer",
      ],
    },
  ];
}
