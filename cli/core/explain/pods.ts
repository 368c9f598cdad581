/** Why a pod is not ready. */
import { WAIT_CONTAINER } from "../../../src/model/names";
import { plural } from "../../../src/model/plural";
import { compact } from "../../../src/model/records";
import type { Container, ContainerStatus, KubernetesEvent, Pod } from "./facts";
import { kubectl, type Reason, setting, type Where } from "./reason";
import { unschedulable } from "./scheduling";

/** Returns why a pod is not ready; nothing if it is ready or terminating. `events` are its own, oldest first. */
export function reasonsOfPod(pod: Pod, events: readonly KubernetesEvent[], where: Where): Reason[] {
  const { metadata, status } = pod;
  if (metadata.deletionTimestamp !== undefined || status?.phase === "Succeeded" || isReady(pod)) return [];
  const object = `Pod ${metadata.name}`;
  if (status?.phase === "Failed" && status.reason !== undefined)
    return [
      evictedReason(object, status.reason, status.message, where, [
        kubectl(where, `describe pod ${metadata.name}`),
      ]),
    ];
  const scheduled = status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False") return [schedulingReason(object, scheduled.message ?? "", where, pod)];
  const all = status?.initContainerStatuses ?? [];
  const init = all.filter((container) => !isOver(pod, container));
  const sidecars = all.filter(
    (container) => isOver(pod, container) && isSidecar(pod, container) && container.ready === false,
  );
  const containers = init.length > 0 ? init.slice(0, 1) : [...sidecars, ...(status?.containerStatuses ?? [])];
  const found = containers.flatMap((container) => containerReasons(pod, container, events, where));
  return found.length > 0 ? found : startingReasons(pod, events, where);
}

export const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;

/** Whether an init container has completed, or is a started sidecar. A kubelet also reports that a running one has `started`. */
function isOver(pod: Pod, container: ContainerStatus): boolean {
  const { state, started } = container;
  if (isSidecar(pod, container)) return started === true && state?.running !== undefined;
  return state?.terminated?.exitCode === 0;
}

const isSidecar = (pod: Pod, { name }: ContainerStatus): boolean =>
  containerOf(pod, name)?.restartPolicy === "Always";

/** The reason why a node has evicted or rejected a pod. `look`: the command that shows more, if the pod exists. */
export function evictedReason(
  object: string,
  reason: string,
  message: string | undefined,
  where: Where,
  look: string[],
): Reason {
  const said = message?.trim();
  const base = { cause: "node" as const, object, ...(said === undefined ? {} : { said: [said] }) };
  // "Pod ephemeral local storage usage exceeds the total limit of containers 64Mi", or one about a container or a volume.
  const limit = /local storage usage exceeds the total limit of containers (\w+)/.exec(said ?? "")?.[1];
  if (limit === undefined && !/ephemeral storage limit|^Usage of EmptyDir/.test(said ?? ""))
    return {
      ...base,
      what: `its node rejected or evicted it: ${reason}`,
      todo: look,
    };
  return {
    ...base,
    what: `its node evicted it: its temporary files and logs used more disk than its limit${limit === undefined ? "" : ` of ${limit}`}`,
    todo: setting(where, "resources.limits.ephemeral-storage", "<more>"),
  };
}

/** The reason why a pod cannot be scheduled. */
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
    what: forVolume ? `it is waiting for its volume: ${why}` : `it cannot be scheduled: ${why}`,
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
    return [imageReason(object, container, waiting.message ?? newest(events, /pull|image/i), where, pod)];
  if (waiting?.reason !== undefined && /Config|CreateContainer|RunContainer/.test(waiting.reason))
    return [
      {
        cause: "configuration",
        object,
        what: `container ${name} cannot be created: ${waiting.message ?? waiting.reason}`,
        todo: [kubectl(where, "get secrets,configmaps"), kubectl(where, `describe pod ${pod.metadata.name}`)],
      },
    ];
  const probe = killedBy(name, events);
  if (probe !== undefined && ended && ended.reason !== "OOMKilled" && STOPPED.includes(ended.exitCode ?? 0))
    return [restartedReason(pod, name, probe, status, events, where)];
  if (name.startsWith("wait-for-") && ended?.exitCode === GAVE_UP)
    return [waitingReason(pod, name, container, where)];
  if (ended && (ended.exitCode !== 0 || ended.reason === "OOMKilled"))
    return [endedReason(pod, status, ended, container, where)];
  if (state?.running !== undefined && name.startsWith("wait-for-"))
    return [waitingReason(pod, name, container, where)];
  if (state?.running !== undefined && status.ready === false) {
    const failed = newest(events, /probe failed|probe errored/i);
    if (failed !== undefined) return [probeReason(pod, name, failed, status, where)];
  }
  return [];
}

const containerOf = ({ spec }: Pod, name: string): Container | undefined =>
  [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].find((container) => container.name === name);

const newest = (events: readonly KubernetesEvent[], pattern: RegExp): string | undefined =>
  events.filter(({ type, message }) => type !== "Normal" && pattern.test(message ?? "")).at(-1)?.message;

const PULL_CAUSES: [RegExp, string][] = [
  [/not found|manifest unknown|no such manifest/i, "the image or tag does not exist"],
  [
    /unauthorized|authentication required|denied|403|401/i,
    "its registry requires credentials, or rejects these",
  ],
  [/429|toomanyrequests|rate limit/i, "registry rate limit exceeded"],
  [/x509|certificate/i, "the nodes do not trust the certificate of its registry"],
  [
    /no such host|ENOTFOUND|EAI_AGAIN|timeout|i\/o|refused|unreachable/i,
    "the nodes cannot reach its registry",
  ],
  [/InvalidImageName|invalid reference/i, "invalid image name"],
  [/no match for platform|exec format/i, "it is not built for the nodes' architecture"],
];

/** The reason why an image cannot be pulled. */
export function imageReason(
  object: string,
  container: Container | undefined,
  message: string | undefined,
  where: Where,
  pod?: Pod,
): Reason {
  const why = PULL_CAUSES.find(([pattern]) => pattern.test(message ?? ""))?.[1];
  return {
    cause: "image",
    object,
    what: `image ${container?.image ?? ""} cannot be pulled${why === undefined ? "" : `: ${why}`}`.replace(
      "  ",
      " ",
    ),
    ...(message === undefined ? {} : { said: [message] }),
    todo: [
      ...tagSetting(container, where, pod),
      ...(/requires credentials/.test(why ?? "")
        ? ["add the registry's credentials to the stack: flotilla:registries, docs/configuration.md"]
        : []),
      ...(/rate limit|cannot reach/.test(why ?? "")
        ? ["pull images from a mirror: flotilla:registryMirrors, docs/configuration.md"]
        : []),
    ],
  };
}

/** Returns the command that sets another tag for a container's image. Empty for stores. */
function tagSetting(container: Container | undefined, where: Where, pod: Pod | undefined): string[] {
  const { initContainers = [], containers = [] } = pod?.spec ?? {};
  // An event of a pod that is gone names only the image.
  const name =
    container?.name ||
    [...containers, ...initContainers].find(({ image }) => image === container?.image)?.name;
  if (name === WAIT_CONTAINER)
    return [`pulumi config set --path flotilla:waitImage.tag <existing tag> --stack ${where.stack}`];
  if (where.settings === "stores") return [];
  const path = `${containerPath(pod, name, where)}tag`;
  const isOfService = path === "tag" && where.imageOf !== undefined;
  return setting(
    isOfService ? { ...where, settings: "services", owner: where.imageOf as string } : where,
    path,
    "<existing tag>",
  );
}

/** The path of the settings of a container: empty for the program, `containers.<name>.` for a sidecar or an init container. */
function containerPath(pod: Pod | undefined, name: string | undefined, { settings }: Where): string {
  const [program] = pod?.spec?.containers ?? [];
  const isProgram = program === undefined || program.name === name || name === WAIT_CONTAINER;
  return isProgram || name === undefined || settings === "stores" ? "" : `containers.${name}.`;
}

/** The conventional meanings of exit codes. */
const EXITS: Record<number, string> = {
  1: "application error",
  2: "application error, or wrong arguments",
  126: "its command is not executable",
  127: "its command was not found",
  134: "it aborted",
  137: "it was killed",
  139: "segmentation fault (SIGSEGV)",
  143: "it was asked to stop (SIGTERM)",
};

function endedReason(
  pod: Pod,
  { name, restartCount = 0 }: ContainerStatus,
  { exitCode = 0, reason, message }: { exitCode?: number; reason?: string; message?: string },
  container: Container | undefined,
  where: Where,
): Reason {
  const object = `Pod ${pod.metadata.name}`;
  const often = restartCount === 0 ? "" : `, ${plural(restartCount, "time")} so far`;
  const logs = kubectl(
    where,
    `logs ${pod.metadata.name} -c ${name}${restartCount > 0 ? " --previous" : ""} --tail=50`,
  );
  const limit = container?.resources?.limits?.memory;
  const log = { pod: pod.metadata.name, container: name, previous: restartCount > 0 };
  if (reason === "OOMKilled")
    return {
      cause: "memory",
      object,
      what: `container ${name} used more memory than its limit${limit === undefined ? "" : ` of ${limit}`} and was killed${often}`,
      todo: [...setting(where, `${containerPath(pod, name, where)}resources.limits.memory`, "<more>"), logs],
      logs: log,
    };
  const meaning = EXITS[exitCode];
  return compact({
    cause: "crash",
    object,
    what: `container ${name} exited with code ${exitCode}${meaning === undefined ? "" : ` (${meaning})`}${often}`,
    said: message?.trim().split("\n").slice(-10),
    todo: [logs],
    logs: log,
  });
}

/** The exit code of a wait container after its time limit. */
const GAVE_UP = 75;

/** Why a wait container still runs, or has given up and is started again. Its log says which of several addresses it still waits for. */
function waitingReason(pod: Pod, name: string, container: Container | undefined, where: Where): Reason {
  const awaited = awaitedBy(name, container);
  const places = awaited.map(({ of, place }) => `${of} (${place})`);
  const names = awaited.map(({ of }) => of);
  const one = names.length === 1;
  return compact({
    cause: "waiting",
    object: `Pod ${pod.metadata.name}`,
    what: one
      ? `it is waiting for ${places[0]}, which does not respond`
      : `it is waiting for all of ${places.join(", ")}; the last line of its log names those that do not respond`,
    todo: [
      kubectl(
        where,
        `get pods,endpoints -l ${one ? `app.kubernetes.io/instance=${names[0]}` : `'app.kubernetes.io/instance in (${names.join(",")})'`}`,
      ),
    ],
    logs: one ? undefined : { pod: pod.metadata.name, container: name, previous: false },
  });
}

/** What a wait container waits for. Version 0.6 had one container for each address, such as `wait-for-redis`. */
function awaitedBy(name: string, container: Container | undefined): { of: string; place: string }[] {
  const variable = (key: string) => container?.env?.find((entry) => entry.name === key)?.value;
  const entries = variable("WAIT_FOR")
    ?.split(" ")
    .map((entry) => entry.split("|"));
  if (entries !== undefined)
    return entries.map(([of = "", until, host, port, seconds]) => ({
      of,
      place: `${until === "resolves" ? `the name ${host}` : `${host}:${port}`}${seconds === undefined ? "" : `, for at most ${seconds} s at a time`}`,
    }));
  const of = name.replace(/^wait-for-/, "");
  return [{ of, place: `${variable("HOST") ?? of}:${variable("PORT") ?? "?"}` }];
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
    what: `container ${name} is running, but its ${kind} probe fails${restartCount > 0 ? `; it was restarted ${plural(restartCount, "time")}` : ""}`,
    said: [message],
    todo: [kubectl(where, `logs ${pod.metadata.name} -c ${name} --tail=50`)],
    // A program that is not ready often logs why: a store refuses its password.
    logs: { pod: pod.metadata.name, container: name, previous: false },
  };
}

/** Exit codes of a program that was asked to stop: its own, or those of SIGKILL and SIGTERM. */
const STOPPED = [0, 137, 143];

/** The probe for which the kubelet has killed a container: `liveness` or `startup`. */
const killedBy = (name: string, events: readonly KubernetesEvent[]): string | undefined =>
  events
    .filter(({ reason }) => reason === "Killing")
    .map(({ message = "" }) =>
      /^(?:Init container|Container) (\S+) failed (liveness|startup) probe/.exec(message),
    )
    .findLast((match) => match?.[1] === name)?.[2];

function restartedReason(
  pod: Pod,
  name: string,
  probe: string,
  { restartCount = 0 }: ContainerStatus,
  events: readonly KubernetesEvent[],
  where: Where,
): Reason {
  const message = newest(events, new RegExp(`^${probe} probe (failed|errored)`, "i"));
  return compact({
    cause: "probe" as const,
    object: `Pod ${pod.metadata.name}`,
    what: `container ${name} was killed: its ${probe} probe failed, and it was restarted ${plural(restartCount, "time")} so far`,
    said: message === undefined ? undefined : [message],
    todo: [kubectl(where, `logs ${pod.metadata.name} -c ${name} --previous --tail=50`)],
    logs: { pod: pod.metadata.name, container: name, previous: true },
  });
}

/** The reason why a scheduled pod with healthy containers is not ready yet. */
function startingReasons(pod: Pod, events: readonly KubernetesEvent[], where: Where): Reason[] {
  const object = `Pod ${pod.metadata.name}`;
  const mount = newest(events, /MountVolume|AttachVolume|Unable to attach or mount/);
  if (mount !== undefined)
    return [
      {
        cause: "volume",
        object,
        what: "one of its volumes cannot be mounted",
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
        sandbox === undefined ? "it has started but is not ready yet" : "its node cannot set up its network",
      ...(sandbox === undefined ? {} : { said: [sandbox] }),
      todo: [kubectl(where, `describe pod ${pod.metadata.name}`)],
    },
  ];
}
