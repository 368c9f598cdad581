/** Why a workload has fewer pods than it should, or a Job does not end: what its controllers say. */
import { type Balanced, type Claim, type KubernetesEvent, lacksAddress, type Workload } from "./facts";
import { kubectl, type Reason, type Where } from "./reason";

/** What keeps a controller from making pods: quota, admission, an account that is missing. */
export function creationReason(object: string, message: string, where: Where): Reason {
  const base = { object, said: [message] };
  const quota = /exceeded quota: ([^,]+), requested: (.*?), used: (.*?), limited: (.*)$/s.exec(message);
  if (quota) {
    const [, name, requested, used, limited] = quota;
    return {
      ...base,
      cause: "quota",
      what: `the quota ${name} is used up: a pod more wants ${requested}; used are ${used}, of ${limited}`,
      todo: [
        kubectl(where, `describe resourcequota ${name}`),
        "ask for less, or give the stack a larger quota: flotilla:quota",
      ],
    };
  }
  if (/violates PodSecurity/.test(message))
    return {
      ...base,
      cause: "admission",
      what: "the namespace does not admit its pods: they break Pod Security",
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
    what: "its pods cannot be made",
    todo: [kubectl(where, `describe ${object.toLowerCase().replace(" ", "/")}`)],
  };
}

/** Reasons that a workload, or a ReplicaSet of it, gives for itself. */
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
            ? "it took longer than it may"
            : "its pods have failed as often as they may",
        ...(failed.message === undefined ? {} : { said: [failed.message] }),
        todo: [kubectl(where, `logs job/${metadata.name} --tail=50`)],
      },
    ];
  const creation = events
    .filter(({ reason, type }) => reason === "FailedCreate" && type === "Warning")
    .at(-1);
  return creation?.message === undefined ? [] : [creationReason(object, creation.message, where)];
}

/** A claim that has no volume. */
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
            : `StorageClass ${spec.storageClassName} has given it no volume yet`,
      ...(said === undefined ? {} : { said: [said] }),
      todo: ["kubectl get storageclass", `npx flotilla doctor --stack ${where.stack}`],
    },
  ];
}

/** A load balancer without an address: helm waits for it until its time is up. */
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
          ? "its load balancer has no address: nothing in the cluster has answered for it yet"
          : "its load balancer has no address",
      ...(said === undefined ? {} : { said: [said] }),
      todo: [
        kubectl(where, `describe service ${name}`),
        "a cloud gives an address within minutes; any other cluster needs a controller for load balancers, such as MetalLB, or the class of one: flotilla:loadBalancer.className",
        "without one, use an ingress instead: flotilla:ingress in place of flotilla:loadBalancer",
      ],
    },
  ];
}
