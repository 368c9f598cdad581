/** Plans the volumes of a service. */
import type { Settings } from "../../config/schema";
import type { Application, Service } from "../../model/application";
import { own } from "../../model/graph";
import { suggest } from "../../model/nearest";
import type { Problem } from "../../model/problems";
import { compact, mapValues } from "../../model/records";
import {
  type ConfigMapVolume,
  type FieldsVolume,
  hasOnePod,
  keptVolumes,
  type MountedVolume,
  mountedVolumes,
  type SecretVolume,
  type TokenSource,
  volumesOfOnePod,
} from "../../model/volumes";
import type { AppContext } from "../context";
import type { MicroserviceValues } from "./microservice-values";

/** A planned volume for data. */
export interface VolumeShape {
  storage: string;
  /** Default: the default class of the cluster. */
  storageClass?: string;
  /** Default: ReadWriteOnce. */
  accessMode?: string;
}

/** Returns the volumes of a service that keep data, with the stack's overrides. */
export const volumeShapes = (
  settings: Settings,
  name: string,
  service: Service,
): Record<string, VolumeShape> =>
  Object.fromEntries(
    keptVolumes(service).map(([volume, { storage, accessMode }]): [string, VolumeShape] => {
      const overrides = own(own(settings.services, name)?.volumes ?? {}, volume);
      return [
        volume,
        compact({
          storage: overrides?.storage ?? storage,
          storageClass: overrides?.storageClass ?? settings.storageClass,
          accessMode,
        }),
      ];
    }),
  );

/** Returns the values for the kind of workload and the claims of a service. */
export function volumesOf(
  { settings }: AppContext,
  name: string,
  service: Service,
): Pick<MicroserviceValues, "workload" | "rollout" | "statefulSet" | "claims"> {
  const { workload, podManagementPolicy } = service;
  const shapes = volumeShapes(settings, name, service);
  const claims = Object.fromEntries(
    Object.entries(shapes).map(([volume, { storage, ...others }]) => [volume, { size: storage, ...others }]),
  ) as NonNullable<MicroserviceValues["claims"]>;
  const isStateful = workload === "StatefulSet";
  return {
    ...compact({ workload }),
    // A volume has to leave the old pod before the new one can mount it.
    rollout: !isStateful && hasOnePod(service) ? { strategy: "Recreate" } : {},
    statefulSet: isStateful ? compact({ podManagementPolicy, claims }) : {},
    claims: isStateful ? {} : claims,
  };
}

type MountValues = Required<Pick<MicroserviceValues, "volumes" | "mounts">>;

/** Returns the values for volumes from existing objects, and for the mounts of all volumes. */
export const mountValues = (program: Pick<Service, "volumes">): MountValues => ({
  volumes: Object.fromEntries(mountedVolumes(program).map(([name, volume]) => [name, valuesOf(volume)])),
  mounts: mapValues(program.volumes ?? {}, (volume) => {
    const readOnly = !("storage" in volume) && !isWritten(volume);
    return volume.subPath === undefined && !readOnly
      ? volume.path
      : compact({ path: volume.path, subPath: volume.subPath, readOnly: readOnly || undefined });
  }),
});

/** Whether the container writes to a volume. Kubernetes mounts what comes from objects of the API read-only. */
const isWritten = (volume: MountedVolume): boolean =>
  ("claim" in volume && !volume.readOnly) || ("csi" in volume && !volume.csi.readOnly);

type VolumeValues = NonNullable<MicroserviceValues["volumes"]>[string];

function valuesOf(volume: MountedVolume): VolumeValues {
  if ("claim" in volume) return { pvc: compact({ name: volume.claim, readOnly: volume.readOnly }) };
  if ("csi" in volume) return { csi: compact({ ...volume.csi }) };
  if ("projected" in volume) return { projected: mapValues(volume.projected, sourceValues) };
  return sourceValues(volume);
}

function sourceValues(
  source: SecretVolume | ConfigMapVolume | FieldsVolume | TokenSource,
): NonNullable<VolumeValues["projected"]>[string] {
  if ("token" in source) {
    const { path, audience, seconds } = source.token;
    return { serviceAccountToken: compact({ path, audience, expirationSeconds: seconds }) };
  }
  if ("fields" in source) return { downwardAPI: { ...source.fields } };
  const object = (name: string) => compact({ name, items: source.keys, optional: source.optional });
  return "secret" in source ? { secret: object(source.secret) } : { configMap: object(source.configMap) };
}

/** Reports settings that do not fit the volumes of the services. */
export function volumeSettingProblems(
  { name: application, services }: Application,
  settings: Settings,
): Problem[] {
  return Object.entries(services).flatMap(([name, service]): Problem[] => {
    const overrides = own(settings.services, name);
    const where = `flotilla:services.${name}`;
    const kept = keptVolumes(service).map(([volume]) => volume);
    const single = volumesOfOnePod(service);
    const unknown = Object.keys(overrides?.volumes ?? {}).filter((volume) => !kept.includes(volume));
    return [
      ...unknown.map((volume) => ({
        where: `${where}.volumes.${volume}`,
        what: `${name} has no volume ${volume} for data`,
        todo: suggest(volume, kept),
      })),
      ...(single.length > 0 && (overrides?.replicas ?? 1) > 1
        ? [
            {
              where: `${where}.replicas`,
              what: `${name} would have ${overrides?.replicas} pods, but only one pod can use its volume ${single.join(" and ")}`,
              todo: `Remove it; or change the service in apps/${application}.ts: \`accessMode: "ReadWriteMany"\` if the storage class supports it, or \`workload: "StatefulSet"\`, where each pod has its own volume.`,
            },
          ]
        : []),
    ];
  });
}
