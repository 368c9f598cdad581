/** Plans the sidecars and init containers of a service or task. */
import type { ContainerSettings } from "../../config/schema";
import { type Container, containersOf, startupSecondsOfSidecar, variableOf } from "../../model/containers";
import { own } from "../../model/graph";
import { keysOfPaths, ownVolumesOf } from "../../model/names";
import { directoriesOf } from "../../model/pod";
import { compact, mapValues } from "../../model/records";
import type { Program } from "../../model/task";
import { CHART_DISK } from "../check";
import type { AppContext } from "../context";
import { imageIn } from "../images";
import type { SecretPlan } from "../plan";
import { environmentOf, wordsOf } from "../variable-values";
import type { MicroserviceValues } from "./microservice-values";
import { sizeOfDirectory } from "./pod-needs";
import { portValues } from "./ports";
import { probesOf } from "./probes";
import { DISK, mergeResources, USUAL_DISK } from "./resources";

type Mounts = NonNullable<MicroserviceValues["mounts"]>;
type Mount = Exclude<Mounts[string], string>;

/** What the plan of the additional containers needs from their program. */
interface Beside {
  program: Program;
  /** The stack's settings for its containers. */
  settings: Record<string, ContainerSettings> | undefined;
  /** The Secrets with the pod's variables. */
  secrets: Record<string, SecretPlan>;
  /** The program's mounts of volumes, and of files with a password. */
  mounts: { volumes: Mounts; files: Mounts };
}

/** Returns the values for additional containers, with the volumes of their own directories. */
export function containerValues(
  context: AppContext,
  { program, settings = {}, secrets, mounts }: Beside,
): Required<Pick<MicroserviceValues, "sidecars" | "initContainers" | "volumes">> {
  const { sidecars = {}, initContainers = {} } = program;
  const shared = sharedMounts(program, mounts);
  const ownVolume = ownVolumesOf(program);
  const mountsOf = (name: string, { mounts = {}, writable }: Container): Mounts => {
    const keyOf = keysOfPaths({
      writable: [...Object.values(mounts), ...directoriesOf(writable).map(({ path }) => path)],
    });
    return Object.fromEntries([
      ...Object.entries(mounts).map(([path, to]) => [keyOf(to), { ...shared(path), path: to }]),
      ...directoriesOf(writable).map(({ path }) => [keyOf(path), { volume: ownVolume(name, path), path }]),
    ]);
  };
  const valuesOf = (name: string, container: Container) => {
    const overrides = own(settings, name);
    return {
      image: { ...imageIn(context.settings, container.image, overrides) },
      command: wordsOf(context, container, container.command),
      args: wordsOf(context, container, container.args),
      ...compact({ workingDir: container.workingDirectory }),
      env: environmentOf(context, container, secrets, (variable) => variableOf(name, variable)),
      envFrom: { ...container.envFrom },
      resources: containerResources(container, overrides),
      mounts: mountsOf(name, container),
    };
  };
  return {
    sidecars: mapValues(sidecars, (sidecar, name) => ({
      ...valuesOf(name, sidecar),
      ports: mapValues(sidecar.ports ?? {}, portValues),
      probes: probesOf(context, {
        ...compact({ env: sidecar.env, envFrom: sidecar.envFrom, probe: sidecar.probe }),
        language: "generic",
        startupSeconds: startupSecondsOfSidecar(sidecar),
      }),
    })),
    initContainers: Object.fromEntries(
      Object.entries(initContainers).map(([name, container], order) => [
        name,
        { ...valuesOf(name, container), order },
      ]),
    ),
    volumes: Object.fromEntries(
      containersOf(program).flatMap(({ name, container }) =>
        directoriesOf(container.writable).map((directory) => [
          ownVolume(name, directory.path),
          // Never empty: empty maps are left out of the values.
          { emptyDir: { medium: "" as const, ...sizeOfDirectory(directory) } },
        ]),
      ),
    ),
  };
}

/** Returns the requests and limits of an additional container, with the stack's overrides and the chart's usual disk. */
export function containerResources(
  container: Container,
  overrides: ContainerSettings | undefined,
): ReturnType<typeof mergeResources> {
  const { requests, limits } = mergeResources(container.resources, overrides?.resources);
  return { requests: { [DISK]: USUAL_DISK, ...requests }, limits: { [DISK]: CHART_DISK, ...limits } };
}

/** Returns a function from a path of the program to its volume and mount options. */
function sharedMounts(program: Beside["program"], { volumes, files }: Beside["mounts"]) {
  const keyOf = keysOfPaths(program);
  const byPath = new Map(Object.entries(program.volumes ?? {}).map(([name, { path }]) => [path, name]));
  const writable = directoriesOf(program.writable).map(({ path }) => path);
  return (path: string): Omit<Mount, "path"> => {
    const volume = byPath.get(path);
    if (volume !== undefined) return { volume, ...withoutPath(own(volumes, volume)) };
    const key = keyOf(path);
    if (writable.includes(path)) return { volume: `write-${key}` };
    // The chart itself mounts files without a password.
    return { volume: "files", subPath: key, readOnly: true, ...withoutPath(own(files, key)) };
  };
}

function withoutPath(mount: Mounts[string] | undefined): Omit<Mount, "path"> {
  if (mount === undefined || typeof mount === "string") return {};
  const { path: _, ...others } = mount;
  return others;
}
