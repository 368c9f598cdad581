/** Refuses changes of deployed services that would leave data behind, or that Kubernetes refuses for volumes. */
import { own } from "../../model/graph";
import type { Problem } from "../../model/problems";
import { amountOf } from "../../model/quantity";
import { claimName, keptVolumes } from "../../model/volumes";
import type { PlanContext } from "../context";
import { growthWarnings, isSameVolume, type VolumeChange, volumeProblems } from "../stores/changes";
import { type DeployedVolumes, volumeId, volumesIn } from "./deployed-volumes";
import { type VolumeShape, volumeShapes } from "./volumes";

/** Reports changes of the volumes of deployed services. */
export const volumeChangeProblems = (context: PlanContext): Problem[] => [
  ...lostVolumeProblems(context),
  // A stack that names its cluster can move to another one, with other volumes. The program then checks them itself.
  ...(context.settings.cluster.identity === undefined ? volumeShapeProblems(context) : []),
];

/** Reports volumes that no pod would use any more, and permissions for volumes that stay. */
function lostVolumeProblems(context: PlanContext): Problem[] {
  const { declared, settings, deployed, remedies } = context;
  const permitted = settings.allowDeletion.flatMap((entry) =>
    entry.startsWith("volume/") ? [entry.slice("volume/".length)] : [],
  );
  return Object.entries(deployed).flatMap(([name, release]): Problem[] => {
    if (release.kind !== "service") return [];
    const there = volumesIn(release);
    // A disabled service keeps its volumes for the time when it is enabled again.
    const service = own(declared.services, name);
    const where = `apps/${declared.name}.ts: service ${name}`;
    const isStateful = service?.workload === "StatefulSet";
    const isMoved = service !== undefined && isStateful !== there.isStateful;
    const planned = service === undefined ? {} : volumeShapes(settings, name, service);
    const problems = Object.keys(there.volumes).flatMap((volume): Problem[] => {
      const isGone = isMoved || own(planned, volume) === undefined;
      const id = volumeId(name, volume);
      if (!isGone)
        return permitted.includes(id)
          ? [
              {
                where: "flotilla:allowDeletion",
                what: `lists volume/${id}, which is still in the inventory`,
                todo: `Remove volume ${volume} of ${name} from apps/${declared.name}.ts, or volume/${id} from flotilla:allowDeletion.`,
              },
            ]
          : [];
      if (permitted.includes(id)) return [];
      const claims = there.isStateful ? `${volume}-${name}-0 ...` : claimName(name, volume);
      const why = isMoved
        ? `${name} becomes a ${service?.workload ?? "Deployment"}, whose volumes are new and empty`
        : service === undefined
          ? `service ${name} was removed from the inventory`
          : `volume ${volume} was removed from the inventory`;
      return [
        {
          where,
          what: `${why}, but its volume ${volume} is deployed with its data: no pod would use it any more`,
          todo: `Put it back. If the data is not needed: ${remedies.allow(`volume/${id}`, settings.allowDeletion.length)}. The claim ${claims} stays until you delete it.`,
        },
      ];
    });
    if (service === undefined || isMoved || !isStateful) return problems;
    return [...problems, ...templateProblems(where, there, planned, service.podManagementPolicy)];
  });
}

/** Reports changes that the API server refuses for a StatefulSet. */
function templateProblems(
  where: string,
  there: DeployedVolumes,
  planned: Record<string, VolumeShape>,
  podManagementPolicy = "OrderedReady",
): Problem[] {
  const changed = [
    ...Object.keys(planned)
      .filter((volume) => own(there.volumes, volume) === undefined)
      .map((volume) => `volume ${volume} is new`),
    ...(podManagementPolicy === there.podManagementPolicy
      ? []
      : [`podManagementPolicy changes from ${there.podManagementPolicy} to ${podManagementPolicy}`]),
  ];
  return changed.map((what) => ({
    where,
    what: `${what}, and Kubernetes refuses this change of a deployed StatefulSet`,
    todo: "Undo it. To change it anyway, remove the service from the inventory for one update, and add it again with the change: the claims of its volumes stay, and its pods find them again.",
  }));
}

/** Returns the volumes of deployed services whose size, class or access mode changes. */
export const serviceVolumeChanges = ({
  application,
  settings,
  deployed,
}: PlanContext): ServiceVolumeChange[] =>
  Object.entries(application.services).flatMap(([name, service]) => {
    const release = own(deployed, name);
    if (release?.kind !== "service" || keptVolumes(service).length === 0) return [];
    const { isStateful, volumes } = volumesIn(release);
    if (isStateful !== (service.workload === "StatefulSet")) return [];
    return Object.entries(volumeShapes(settings, name, service)).flatMap(([volume, after]) => {
      const before = own(volumes, volume);
      if (before === undefined || (isSameVolume(before, after) && modeOf(before) === modeOf(after)))
        return [];
      const where = `flotilla:services.${name}.volumes.${volume}`;
      const isOfStack =
        own(own(settings.services, name)?.volumes ?? {}, volume)?.storageClass === undefined &&
        settings.storageClass !== undefined;
      return [
        {
          name,
          what: `the volumes ${volume} of ${name}`,
          where,
          classKey: isOfStack ? "flotilla:storageClass" : `${where}.storageClass`,
          migration: "add a volume with another name, and copy the data in a shell of the pod",
          template: volume,
          isStateful,
          before,
          after,
        },
      ];
    });
  });

interface ServiceVolumeChange extends VolumeChange {
  before: VolumeShape;
  after: VolumeShape;
}

const modeOf = ({ accessMode = "ReadWriteOnce" }: VolumeShape): string => accessMode;

/** Reports changes of volumes that Kubernetes cannot make. */
const volumeShapeProblems = (context: PlanContext): Problem[] =>
  serviceVolumeChanges(context).flatMap((change) => [
    ...volumeProblems(change),
    ...(modeOf(change.before) === modeOf(change.after)
      ? []
      : [
          {
            where: `apps/${context.application.name}.ts: service ${change.name}, volume ${change.template}`,
            what: `the access mode changes from ${modeOf(change.before)} to ${modeOf(change.after)}, and Kubernetes refuses this change of a volume claim`,
            todo: `Undo it. To use another mode, ${change.migration}.`,
          },
        ]),
  ]);

/** Warns about volumes that grow. */
export const volumeWarnings = (context: PlanContext): string[] => {
  const changes = serviceVolumeChanges(context);
  return [
    ...growthWarnings(changes),
    ...changes
      .filter(
        ({ isStateful, before, after }) => !isStateful && amountOf(after.storage) > amountOf(before.storage),
      )
      .map(
        ({ what, before, after }) =>
          `${what} grow from ${before.storage} to ${after.storage}: their storage class must allow it (allowVolumeExpansion), and they cannot shrink again`,
      ),
  ];
};
