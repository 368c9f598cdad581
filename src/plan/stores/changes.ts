/** Refuses changes of deployed stores that are impossible in place or would lose data. */
import type { Problem } from "../../model/problems";
import { amountOf } from "../../model/quantity";
import { compact } from "../../model/records";
import type { AppContext, PlanContext } from "../context";
import { hasSecret, internalAccounts, rotatedAccounts } from "../credentials";
import { storeDeletionProblems } from "../deletions";
import { type DeployedStore, deployedStore } from "../deployed";
import { shapeOf } from "./shape";
import { isReplicated } from "./store";

/** Reports changes in the inventory and the settings that are impossible for the deployed stores. */
export function storeChangeProblems(context: PlanContext): Problem[] {
  const { application, settings, deployed } = context;
  // A stack that names its cluster can move to another one, with other volumes. The program then checks them itself.
  const changes = settings.cluster.identity === undefined ? volumeChanges(context) : [];
  return [
    ...storeDeletionProblems(context),
    ...changes.flatMap(volumeProblems),
    ...Object.keys(application.stores).flatMap((name) => {
      const there = deployedStore(deployed, name);
      const generations = generationProblems(context, name, there);
      return there ? [...shapeProblems(context, name, there), ...generations] : generations;
    }),
  ];
}

/** The page with the steps for growing a volume. */
export const GROWING = 'docs/stores.md, "Growing a volume",';
const MIGRATION = 'see docs/stores.md, "Moving to another profile or distribution"';

/** Reports a changed kind, distribution or profile. */
function shapeProblems(context: AppContext, name: string, there: DeployedStore): Problem[] {
  const { application, settings } = context;
  const shape = shapeOf(context, name);
  const { kind: descriptor, profile } = shape;
  const kind = descriptor.name;
  const where = `flotilla:stores.${name}`;
  if (there.kind !== undefined && kind !== there.kind)
    return [
      {
        where: `apps/${application.name}.ts: store ${name}`,
        what: `the kind is ${kind}, but a ${there.kind} is deployed with this name`,
        todo: `Rename the ${kind}. ${name} can be removed when it is no longer used.`,
      },
    ];
  if (there.distribution !== settings.distribution)
    return [
      {
        where: "flotilla:distribution",
        what: `the distribution is ${settings.distribution}, but ${name} is deployed from ${there.distribution}, which stores its data differently`,
        todo: `Set flotilla:distribution to ${there.distribution}. To move the data, ${MIGRATION}.`,
      },
    ];
  const secured = hasSecret(shape.store);
  const refusal =
    there.hasPassword === secured ? undefined : descriptor.passwordRefusal?.(shape, there.hasPassword);
  if (refusal !== undefined)
    return [
      {
        where: `apps/${application.name}.ts: store ${name}`,
        what: `the store is deployed ${there.hasPassword ? "with" : "without"} a password, and cannot be changed to run ${secured ? "with" : "without"} one: ${refusal}`,
        todo: `${secured ? "Restore `noPassword`" : "Remove `noPassword`"}; or add a second store with another name, copy the data, and remove ${name}.`,
      },
    ];
  const grows = profile === "replicated" && descriptor.canGrow?.(there) === true;
  if (there.profile !== profile && !grows)
    return [
      {
        where: `${where}.profile`,
        what: `the profile is ${profile}, but ${name} is deployed as ${there.profile}: the change would create new pods with empty volumes`,
        todo: `Set ${where}.profile to ${there.profile}. To move the data, ${MIGRATION}.`,
      },
    ];
  return [];
}

/** Reports generations of passwords or of the cluster key that do not follow the deployed ones. */
function generationProblems(context: PlanContext, name: string, there: DeployedStore | undefined): Problem[] {
  const { settings, remedies } = context;
  const shape = shapeOf(context, name);
  const { store, kind } = shape;
  const where = `flotilla:stores.${name}`;
  const problems: Problem[] = [];
  if (shape.generation > 1 && rotatedAccounts(shape).length === 0)
    problems.push({
      where: `${where}.generation`,
      what: `${name} has no password that can be rotated: ${store.noPassword ?? "all of them are fixed by images"}`,
      todo: "Remove it.",
    });
  const key = kind.clusterKey?.account;
  if (shape.clusterGeneration > 1 && !internalAccounts(shape).includes(key ?? ""))
    problems.push({
      where: `${where}.clusterKey`,
      what: `a ${shape.profile} ${store.kind}${hasSecret(store) ? "" : " without a password"} has no cluster key`,
      todo: "Remove it.",
    });
  if (!there) return problems;
  const { finished, knowsRotation } = there;
  if (kind.rotationWork !== undefined && shape.generation > finished && !knowsRotation)
    problems.push({
      where: `${where}.generation`,
      what: `${name} was deployed by a version of Flotilla whose network policies block rotation Jobs`,
      todo: `Set it to ${finished} and run ${remedies.update}. Then rotate: ${remedies.rotate(name)}`,
    });
  if (shape.generation < finished)
    problems.push({
      where: `${where}.generation`,
      what: `the generation goes back to ${shape.generation}, but generation ${finished} is deployed and older passwords no longer exist`,
      todo: `Set it to ${finished}, or rotate once more: ${remedies.rotate(name)}`,
    });
  if (shape.generation > finished + 1)
    problems.push({
      where: `${where}.generation`,
      what: `the generation goes from ${finished} to ${shape.generation}, but a rotation needs the previous password`,
      todo: `Set it to ${finished + 1} and run ${remedies.update}. Then increase it by one again.`,
    });
  const refusal = kind.rotationRefusal?.(shape);
  if (
    refusal !== undefined &&
    shape.generation !== finished &&
    settings.stores[name]?.clusterKey.acceptSplit !== shape.generation
  )
    problems.push({
      where: `${where}.generation`,
      what: refusal,
      todo: `Set it to ${finished}. To change it anyway, stop all pods of ${name} first and set ${where}.clusterKey.acceptSplit to ${shape.generation}.`,
    });
  if (
    key !== undefined &&
    hasSecret(store) &&
    isReplicated(shape) &&
    shape.clusterGeneration !== there.clusterGeneration &&
    settings.stores[name]?.clusterKey.acceptSplit !== shape.clusterGeneration
  )
    problems.push({
      where: `${where}.clusterKey.generation`,
      what: `a new ${key} splits the running cluster: pods with the old and the new one cannot connect to each other`,
      todo: `Set it to ${there.clusterGeneration}. To change it anyway, stop all pods of ${name} first and set ${where}.clusterKey.acceptSplit to ${shape.clusterGeneration}.`,
    });
  return problems;
}

/** A change of the volumes of a deployed store or service. */
export interface VolumeChange {
  /** The store or service. */
  name: string;
  /** The volumes, in messages. */
  what: string;
  /** The setting with their size and class. */
  where: string;
  /** The setting that decides their class. */
  classKey: string;
  /** How to move the data to other volumes. A clause. */
  migration: string;
  /** Name of the template in the StatefulSet. Default: all of its templates. */
  template?: string;
  /** Whether they are the volumes of a StatefulSet, which Kubernetes does not change. */
  isStateful: boolean;
  before: Volume;
  after: Volume;
}

export interface Volume {
  storage: string;
  /** Default: the default class of the cluster. */
  storageClass?: string;
}

/** Whether two volumes have the same size and class. */
export const isSameVolume = (one: Volume, other: Volume): boolean =>
  amountOf(one.storage) === amountOf(other.storage) && one.storageClass === other.storageClass;

/** Returns the stores whose planned volumes differ from the deployed ones by size or class. */
export const volumeChanges = ({
  stores,
  deployed,
  settings,
}: Pick<PlanContext, "stores" | "deployed" | "settings">): VolumeChange[] =>
  Object.values(stores).flatMap(({ name, storage, storageClass }) => {
    const there = deployedStore(deployed, name);
    if (there?.storage === undefined) return [];
    const before: Volume = compact({ storage: there.storage, storageClass: there.storageClass });
    const after: Volume = compact({ storage, storageClass });
    if (isSameVolume(before, after)) return [];
    const where = `flotilla:stores.${name}`;
    const isOfStack =
      settings.stores[name]?.storageClass === undefined && settings.storageClass !== undefined;
    return [
      {
        name,
        what: `the volumes of ${name}`,
        where,
        classKey: isOfStack ? "flotilla:storageClass" : `${where}.storageClass`,
        migration: MIGRATION,
        isStateful: true,
        before,
        after,
      },
    ];
  });

/** Warns about volumes that grow. `runtime/check-volumes.ts` asks the cluster whether the manual steps are done. */
export const storeChangeWarnings = (context: PlanContext): string[] => growthWarnings(volumeChanges(context));

/** Warns about volumes of StatefulSets that grow. */
export const growthWarnings = (changes: readonly VolumeChange[]): string[] =>
  changes.flatMap(({ what, isStateful, before, after }) =>
    isStateful && amountOf(after.storage) > amountOf(before.storage)
      ? [
          `${what} have ${before.storage}, but the settings say ${after.storage}: Kubernetes refuses this change of a StatefulSet; ` +
            `${GROWING} describes the steps to take first`,
        ]
      : [],
  );

/** Reports volumes that would shrink or change their class. */
export function volumeProblems(change: VolumeChange): Problem[] {
  const { what, where, classKey, migration, isStateful, before, after } = change;
  return [
    ...(amountOf(after.storage) < amountOf(before.storage)
      ? [
          {
            where: `${where}.storage`,
            what: `${what} would shrink from ${before.storage} to ${after.storage}, and Kubernetes cannot shrink volumes`,
            todo: `Set ${where}.storage to ${before.storage}. To move the data to smaller volumes, ${migration}.`,
          },
        ]
      : []),
    ...(before.storageClass === after.storageClass
      ? []
      : [
          {
            where: classKey,
            what: `${what} have ${classText(before)}, but the settings say ${classText(after)}: Kubernetes refuses this change of a ${isStateful ? "StatefulSet" : "volume claim"}`,
            todo: `${before.storageClass === undefined ? "Remove it" : `Set ${where}.storageClass to ${before.storageClass}`}. To move the data to another class, ${migration}.`,
          },
        ]),
  ];
}

const classText = ({ storageClass }: Volume): string =>
  storageClass === undefined ? "the default class" : `the class ${storageClass}`;
