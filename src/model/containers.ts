/** Additional containers of a service or task: sidecars, and init containers that run before the program. */
import type { EnvSource, Image, Probe, Resources } from "./application";
import type { WritableDirectory } from "./pod";
import type { Port } from "./ports";
import type { Program } from "./task";
import type { Text } from "./text";

/** What all additional containers have in common. They run as the user of the program, with its hardening. */
export interface Container {
  image: Image;
  /** Replaces the image's entrypoint. `$(NAME)` is the value of a variable of the container. */
  command?: Text[];
  /** Replaces the image's arguments. `$(NAME)` is the value of a variable of the container. */
  args?: Text[];
  /** Environment variables by name. Text that contains a password becomes a key of the service's Secret. */
  env?: Record<string, Text>;
  /** Existing Secrets and ConfigMaps whose keys all become variables, by a name of your choice. Default: none. */
  envFrom?: Record<string, EnvSource>;
  /** Working directory of the container. Default: the image's. */
  workingDirectory?: string;
  /** Requests and limits. Those of sidecars add to the program's. */
  resources: Resources;
  /** Directories of its own that the container writes to. Default: none. */
  writable?: (string | WritableDirectory)[];
  /**
   * What the container shares with the program: by the path in the program, which is in its `writable`, `volumes` or `files`, the
   * path in this container. Default: nothing.
   */
  mounts?: Record<string, string>;
}

/** A container that runs to completion before the program starts. They run one after the other, in the order of the inventory. */
export interface InitContainer extends Container {
  /** What the time limit of a service's update allows for it, in seconds. Not used for tasks. Default: 60. */
  seconds?: number;
}

/** A container that runs as long as the program: it starts before it and stops after it. */
export interface Sidecar extends Container {
  /** Ports for the sidecar's own probe, by name. Ports that clients use belong in `ports` of the service. Default: none. */
  ports?: Record<string, Pick<Port, "container" | "protocol">>;
  /** How Kubernetes checks whether the sidecar has started and works. The program starts after the first successful check. Default: no check. */
  probe?: Probe;
  /** Maximum time from start to the first successful probe, in seconds. Default: 60. */
  startupSeconds?: number;
}

/** An additional container, with its name and what it is. */
export interface NamedContainer {
  name: string;
  kind: "sidecar" | "init container";
  container: Sidecar & InitContainer;
}

/** How long an update waits for a sidecar with a probe or an init container that does not say it, in seconds. */
const USUAL_SECONDS = 60;

/** Returns the time from the start of a sidecar to its first successful probe, at most, in seconds. */
export const startupSecondsOfSidecar = ({ startupSeconds = USUAL_SECONDS }: Sidecar): number =>
  startupSeconds;

/** Returns how long the additional containers can hold a program back, in seconds: they start one after the other. */
export const secondsBefore = ({
  sidecars = {},
  initContainers = {},
}: Pick<Program, "sidecars" | "initContainers">): number =>
  [
    ...Object.values(sidecars).map((sidecar) => (sidecar.probe ? startupSecondsOfSidecar(sidecar) : 0)),
    ...Object.values(initContainers).map(({ seconds = USUAL_SECONDS }) => seconds),
  ].reduce((sum, seconds) => sum + seconds, 0);

/** Returns the sidecars and init containers of a service or task. */
export const containersOf = ({
  sidecars = {},
  initContainers = {},
}: Pick<Program, "sidecars" | "initContainers">): NamedContainer[] => [
  ...Object.entries(sidecars).map(
    ([name, container]): NamedContainer => ({ name, kind: "sidecar", container }),
  ),
  ...Object.entries(initContainers).map(
    ([name, container]): NamedContainer => ({ name, kind: "init container", container }),
  ),
];

/** Returns the key of a container's variable among those of the whole pod. */
export const variableOf = (container: string, variable: string): string => `${container}.${variable}`;

/** Returns the variables of a program and of its additional containers. Those of containers have keys such as `proxy.LEVEL`. */
export const variablesOfPod = (program: Program): Record<string, Text> => {
  const others = containersOf(program).flatMap(({ name, container }) =>
    Object.entries(container.env ?? {}).map(
      ([variable, text]) => [variableOf(name, variable), text] as const,
    ),
  );
  return others.length === 0 ? (program.env ?? {}) : { ...program.env, ...Object.fromEntries(others) };
};
