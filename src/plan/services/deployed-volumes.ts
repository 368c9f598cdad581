/** The volumes of deployed services that keep data, from the values of their releases. */
import type { Deployed, DeployedRelease } from "../deployed";
import type { MicroserviceValues } from "./microservice-values";
import type { VolumeShape } from "./volumes";

/** The volumes of a deployed service. */
export interface DeployedVolumes {
  isStateful: boolean;
  podManagementPolicy: string;
  volumes: Record<string, VolumeShape>;
}

/** Returns the volumes of a deployed service. */
export const volumesIn = ({ values }: DeployedRelease): DeployedVolumes => {
  const { workload, statefulSet, claims } = values as unknown as MicroserviceValues;
  const isStateful = workload === "StatefulSet";
  const found = (isStateful ? statefulSet?.claims : claims) ?? {};
  return {
    isStateful,
    podManagementPolicy: statefulSet?.podManagementPolicy ?? "OrderedReady",
    volumes: Object.fromEntries(
      Object.entries(found).map(([name, { size, ...others }]) => [name, { storage: size, ...others }]),
    ),
  };
};

/** Names a volume as `flotilla:allowDeletion` does. */
export const volumeId = (service: string, volume: string): string => `${service}.${volume}`;

/** Returns the volumes for data of the deployed services, as `<service>.<volume>`. */
export const deployedVolumes = (deployed: Deployed): string[] =>
  Object.entries(deployed)
    .filter(([, { kind }]) => kind === "service")
    .flatMap(([name, release]) =>
      Object.keys(volumesIn(release).volumes).map((volume) => volumeId(name, volume)),
    );
