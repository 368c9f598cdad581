/** Why a pod is not ready. */
import { compact } from "../../../src/model/records";
import type { Container, ContainerStatus, KubernetesEvent, Pod } from "./facts";
import { kubectl, type Reason, setting, type Where } from "./reason";
import { unschedulable } from "./scheduling";

/** Reasons of a pod that should be ready; none when it is, or when it is on its way out. `events` are its own, oldest first. */
export function reasonsOfPod(pod: Pod, events: readonly KubernetesEvent[], where: Where): Reason[] {
  const { metadata, status } = pod;
  if (metadata.deletionTimestamp !== undefined || status?.phase === "Succeeded" || isReady(pod)) return [];
  const object = `Pod ${metadata.name}`;
  if (status?.phase === "Failed" && status.reason !== undefined)
    return [
      {
        cause: "node",
        object,
        what: `it was put off its node: ${status.reason}`,
        ...(status.message === undefined ? {} : { said: [status.message] }),
        todo: [kubectl(where, `describe pod ${metadata.name}`)],
      },
    ];
  const scheduled = status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False") return [schedulingReason(object, scheduled.message ?? "", where, pod)];
  const init = (status?.initContainerStatuses ?? []).filter((container) => !isOver(container));
  const containers = init.length > 0 ? init.slice(0, 1) : (status?.containerStatuses ?? []);
  const found = containers.flatMap((container) => containerReasons(pod, container, events, where));
  return found.length > 0 ? found : startingReasons(pod, events, where);
}

export const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;

/** An init container that has done its work, or a sidecar that runs. */
const isOver = ({ state, started }: ContainerStatus): boolean =>
  state?.terminated?.exitCode === 0 || (started === true && state?.running !== undefined);

/** No node takes it. */
export function schedulingReason(object: string, message: string, where: Where, pod?: Pod): Reason {
  const { why, lacks, forVolume } = unschedulable(message, pod);
  const settings = lacks.flatMap(({ resource }) =>
    resource === "cpu" || resource === "memory"
      ? setting(where, `resources.requests.${resource}`, resource === "cpu" ? "100m" : "128Mi")
      : [],
  );
  return {
    cause: forVolume ? "volume" : "unschedulable",
    object,
    what: forVolume ? `it waits for its volume: ${why}` : `no node takes it: ${why}`,
    said: [message],
    todo: forVolume
      ? [kubectl(where, "get pvc"), kubectl(where, "describe pvc")]
      : ["kubectl describe nodes | grep -A 8 'Allocated resources'", ...settings],
  };
}

function containerReasons(
  pod: Pod,
  status: ContainerStatus,
  events: readonly KubernetesEvent[],
  where: Where,
): Reason[] {
  const { name, state, lastState } = status;
  const object = `Pod ${pod.metadata.name}`;
  const container = containerOf(pod, name);
  const waiting = state?.waiting;
  const ended = state?.terminated ?? lastState?.terminated;
  if (waiting?.reason !== undefined && /Image/.test(waiting.reason))
    return [imageReason(object, container, waiting.message ?? newest(events, /pull|image/i), where)];
  if (waiting?.reason !== undefined && /Config|CreateContainer|RunContainer/.test(waiting.reason))
    return [
      {
        cause: "configuration",
        object,
        what: `container ${name} cannot be made: ${waiting.message ?? waiting.reason}`,
        todo: [kubectl(where, "get secrets,configmaps"), kubectl(where, `describe pod ${pod.metadata.name}`)],
      },
    ];
  if (ended && (ended.exitCode !== 0 || ended.reason === "OOMKilled"))
    return [endedReason(pod, status, ended, container, where)];
  if (state?.running !== undefined && name.startsWith("wait-for-"))
    return [waitingReason(object, name, container, where)];
  if (state?.running !== undefined && status.ready === false) {
    const probe = newest(events, /probe failed|probe errored/i);
    if (probe !== undefined) return [probeReason(pod, name, probe, status, where)];
  }
  return [];
}

const containerOf = ({ spec }: Pod, name: string): Container | undefined =>
  [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].find((container) => container.name === name);

const newest = (events: readonly KubernetesEvent[], pattern: RegExp): string | undefined =>
  events.filter(({ type, message }) => type !== "Normal" && pattern.test(message ?? "")).at(-1)?.message;

const PULL_CAUSES: [RegExp, string][] = [
  [/not found|manifest unknown|no such manifest/i, "there is no such image or tag"],
  [/unauthorized|authentication required|denied|403|401/i, "its registry wants a login, or refuses this one"],
  [/429|toomanyrequests|rate limit/i, "its registry has had enough requests from here for now"],
  [/x509|certificate/i, "the certificate of its registry is not trusted by the nodes"],
  [/no such host|timeout|i\/o|refused|unreachable/i, "its registry cannot be reached from the nodes"],
  [/InvalidImageName|invalid reference/i, "that is no name of an image"],
  [/no match for platform|exec format/i, "it is not made for the nodes' architecture"],
];

/** An image that cannot be pulled. */
export function imageReason(
  object: string,
  container: Container | undefined,
  message: string | undefined,
  where: Where,
): Reason {
  const why = PULL_CAUSES.find(([pattern]) => pattern.test(message ?? ""))?.[1];
  return {
    cause: "image",
    object,
    what: `the image ${container?.image ?? ""} cannot be pulled${why === undefined ? "" : `: ${why}`}`.replace(
      "  ",
      " ",
    ),
    ...(message === undefined ? {} : { said: [message] }),
    todo: [
      ...(where.settings === "services" ? setting(where, "tag", "<a tag that is there>") : []),
      ...(/wants a login/.test(why ?? "")
        ? ["give the stack its registry's login: flotilla:registries, docs/configuration.md"]
        : []),
      ...(/had enough|cannot be reached/.test(why ?? "")
        ? ["take images from a mirror: flotilla:registries, docs/configuration.md"]
        : []),
    ],
  };
}

/** What shells and kernels mean by an exit code. */
const EXITS: Record<number, string> = {
  1: "its own failure",
  2: "its own failure, or wrong arguments",
  126: "its command is not executable",
  127: "its command is not there",
  134: "it aborted",
  137: "it was killed",
  139: "a crash in memory (SIGSEGV)",
  143: "it was told to stop (SIGTERM)",
};

function endedReason(
  pod: Pod,
  { name, restartCount = 0 }: ContainerStatus,
  { exitCode = 0, reason, message }: { exitCode?: number; reason?: string; message?: string },
  container: Container | undefined,
  where: Where,
): Reason {
  const object = `Pod ${pod.metadata.name}`;
  const often = restartCount === 0 ? "" : `, ${restartCount} ${restartCount === 1 ? "time" : "times"} so far`;
  const logs = kubectl(
    where,
    `logs ${pod.metadata.name} -c ${name}${restartCount > 0 ? " --previous" : ""} --tail=50`,
  );
  const limit = container?.resources?.limits?.memory;
  if (reason === "OOMKilled")
    return {
      cause: "memory",
      object,
      what: `container ${name} used more memory than its limit${limit === undefined ? "" : ` of ${limit}`} and was killed${often}`,
      todo: [...setting(where, "resources.limits.memory", "<more>"), logs],
    };
  const meaning = EXITS[exitCode];
  return compact({
    cause: "crash",
    object,
    what: `container ${name} ends with exit code ${exitCode}${meaning === undefined ? "" : ` (${meaning})`}${often}`,
    said: message?.trim().split("\n").slice(-10),
    todo: [logs],
    logs: { pod: pod.metadata.name, container: name, previous: restartCount > 0 },
  });
}

function waitingReason(object: string, name: string, container: Container | undefined, where: Where): Reason {
  const variable = (key: string) => container?.env?.find((entry) => entry.name === key)?.value;
  const of = name.replace(/^wait-for-/, "");
  return {
    cause: "waiting",
    object,
    what: `it waits for ${of} (${variable("HOST") ?? of}:${variable("PORT") ?? "?"}), which does not answer`,
    todo: [kubectl(where, `get pods,endpoints -l app.kubernetes.io/instance=${of}`)],
  };
}

function probeReason(
  pod: Pod,
  name: string,
  message: string,
  { restartCount = 0 }: ContainerStatus,
  where: Where,
): Reason {
  const kind = /^(\w+) probe/.exec(message)?.[1]?.toLowerCase() ?? "a";
  return {
    cause: "probe",
    object: `Pod ${pod.metadata.name}`,
    what: `container ${name} runs, but its ${kind} probe fails${restartCount > 0 ? `; it was restarted ${restartCount} times` : ""}`,
    said: [message],
    todo: [kubectl(where, `logs ${pod.metadata.name} -c ${name} --tail=50`)],
  };
}

/** It is scheduled, and nothing is wrong with its containers: what it is still waiting for. */
function startingReasons(pod: Pod, events: readonly KubernetesEvent[], where: Where): Reason[] {
  const object = `Pod ${pod.metadata.name}`;
  const mount = newest(events, /MountVolume|AttachVolume|Unable to attach or mount/);
  if (mount !== undefined)
    return [
      {
        cause: "volume",
        object,
        what: "a volume of it cannot be mounted",
        said: [mount],
        todo: [kubectl(where, `describe pod ${pod.metadata.name}`)],
      },
    ];
  const sandbox = newest(events, /sandbox|network/i);
  return [
    {
      cause: "starting",
      object,
      what:
        sandbox === undefined
          ? "it has been started, and is not ready yet"
          : "its node cannot give it a network",
      ...(sandbox === undefined ? {} : { said: [sandbox] }),
      todo: [kubectl(where, `describe pod ${pod.metadata.name}`)],
    },
  ];
}
