/** The existing Secrets, ConfigMaps and volume claims that services and tasks mention: Flotilla does not create them. */
import type { Application } from "./application";
import { type Container, containersOf } from "./containers";
import { programsOf } from "./graph";
import type { Program } from "./task";
import { isOfPod, referencesOf } from "./text";
import { type AccessMode, type MountedVolume, mountedVolumes, sourcesOf } from "./volumes";

/** The kinds of these objects. */
export type KindOfOthers = "Secret" | "ConfigMap" | "PersistentVolumeClaim";

/** A place that mentions an existing object. */
export interface ObjectOfOthers {
  kind: KindOfOthers;
  name: string;
  /** The keys that it must have. Empty for claims. */
  keys: readonly string[];
  /** The access mode that a claim must have. */
  accessMode?: AccessMode | "ReadOnlyMany";
  /** Whether the pods start without it. Undefined where the inventory cannot say so. */
  optional?: boolean;
  /** The service or task, and the key of the inventory. */
  program: string;
  place: string;
}

type Named = Omit<ObjectOfOthers, "program">;

/** Returns the places that mention existing objects. */
export const objectsOfOthers = (application: Application): ObjectOfOthers[] =>
  Object.entries(programsOf(application)).flatMap(([program, described]) =>
    namedBy(described).map((named) => ({ ...named, program })),
  );

const namedBy = (program: Program): Named[] => [
  ...inVariables(program, ""),
  ...containersOf(program).flatMap(({ name, kind, container }) =>
    inVariables(container, `${kind === "sidecar" ? "sidecars" : "initContainers"}.${name}.`),
  ),
  ...mountedVolumes(program).flatMap(([name, volume]) => inVolume(`volumes.${name}`, volume)),
];

const inVariables = ({ env = {}, envFrom = {} }: Pick<Container, "env" | "envFrom">, at: string): Named[] => [
  ...Object.entries(env).flatMap(([variable, text]) =>
    referencesOf(text).flatMap((reference): Named[] => {
      if (!isOfPod(reference) || !("key" in reference)) return [];
      const { ref, of: name, key, optional = false } = reference;
      const kind = ref === "secretKey" ? "Secret" : "ConfigMap";
      return [{ kind, name, keys: [key], optional, place: `${at}env.${variable}` }];
    }),
  ),
  ...Object.entries(envFrom).map(([name, source]): Named => {
    const { optional = false } = source;
    return {
      ...objectIn(source),
      keys: [],
      optional,
      place: `${at}envFrom.${name}`,
    };
  }),
];

function inVolume(place: string, volume: MountedVolume): Named[] {
  if ("claim" in volume) {
    const { claim: name, accessMode = "ReadWriteOnce" } = volume;
    return [{ kind: "PersistentVolumeClaim", name, keys: [], accessMode, place }];
  }
  if ("csi" in volume)
    return volume.csi.secret === undefined
      ? []
      : [{ kind: "Secret", name: volume.csi.secret, keys: [], place }];
  return sourcesOf(volume).flatMap((source): Named[] =>
    "secret" in source || "configMap" in source
      ? [
          {
            ...objectIn(source),
            keys: Object.keys(source.keys ?? {}),
            optional: source.optional ?? false,
            place,
          },
        ]
      : [],
  );
}

const objectIn = (source: { secret: string } | { configMap: string }): Pick<Named, "kind" | "name"> =>
  "secret" in source
    ? { kind: "Secret", name: source.secret }
    : { kind: "ConfigMap", name: source.configMap };
