/** Plans the volumes of a service. */
import type { Settings } from "../../config/schema";
import type { Application, Service } from "../../model/application";
import { own } from "../../model/graph";
import { suggest } from "../../model/nearest";
import type { Problem } from "../../model/problems";
import { compact } from "../../model/records";
import { hasOnePod, keptVolumes } from "../../model/volumes";
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

/** Returns the values for the kind of workload and the volumes of a service. */
export function volumesOf(
  { settings }: AppContext,
  name: string,
  service: Service,
): Pick<MicroserviceValues, "workload" | "rollout" | "statefulSet" | "claims" | "mounts"> {
  const { workload, podManagementPolicy, volumes = {} } = service;
  const shapes = volumeShapes(settings, name, service);
  const claims = Object.fromEntries(
    Object.entries(shapes).map(([volume, { storage, ...others }]) => [volume, { size: storage, ...others }]),
  ) as NonNullable<MicroserviceValues["claims"]>;
  const isStateful = workload === "StatefulSet";
  return {
    ...compact({ workload }),
    // A volume has to leave the old pod before the new one can mount it.
    rollout: hasOnePod(service) ? { strategy: "Recreate" } : {},
    statefulSet: isStateful ? compact({ podManagementPolicy, claims }) : {},
    claims: isStateful ? {} : claims,
    mounts: Object.fromEntries(Object.entries(volumes).map(([volume, { path }]) => [volume, path])),
  };
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
    const unknown = Object.keys(overrides?.volumes ?? {}).filter((volume) => !kept.includes(volume));
    return [
      ...unknown.map((volume) => ({
        where: `${where}.volumes.${volume}`,
        what: `${name} has no volume ${volume} for data`,
        todo: suggest(volume, kept),
      })),
      ...(hasOnePod(service) && (overrides?.replicas ?? 1) > 1
        ? [
            {
              where: `${where}.replicas`,
              what: `${name} would have ${overrides?.replicas} pods, but only one pod can use its volume ${kept.join(" and ")}`,
              todo: `Remove it; or change the service in apps/${application}.ts: \`accessMode: "ReadWriteMany"\` if the storage class supports it, or \`workload: "StatefulSet"\`, where each pod has its own volume.`,
            },
          ]
        : []),
    ];
  });
}
