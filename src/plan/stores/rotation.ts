import { own } from "../../model/graph";
import { rotationReleases } from "../../model/names";
import type { PlanContext } from "../context";
import { previousCredentials, rotatedAccounts } from "../credentials";
import { isRotating, wasRotated } from "../deployed";
import { addressOf } from "../hosts";
import { OWN_PREFIX } from "../labels";
import type { CredentialPlan, ReleasePlan, SecretPlan } from "../plan";
import { planJob } from "../services/loader";
import { storeImage } from "./images";
import { commandOf, type Script } from "./script";
import { type StoreShape, shapeOf } from "./shape";

/** Time limit of a rotation Job, in seconds. */
const SECONDS = 300;

/** The plan of Jobs of a store: releases, Secrets, and additional credentials. */
export interface JobsPlan {
  releases: ReleasePlan[];
  secrets: Record<string, SecretPlan>;
  credentials: Record<string, CredentialPlan>;
}

/** Whether Jobs rotate the passwords of a store. For other kinds, a restart changes the only password. */
const rotatesByJobs = ({ kind }: StoreShape): boolean => kind.rotationWork !== undefined;

/** Whether Jobs can rotate passwords of a store, which needs at least one generated password. */
export const canRotate = (shape: StoreShape): boolean =>
  rotatesByJobs(shape) && rotatedAccounts(shape).length > 0;

/** The part of the context that determines the phase of a rotation. */
type Rotating = Pick<PlanContext, "stores" | "deployed">;

/** Returns the phase of a store's rotation: its Jobs run, have finished, or do not exist. */
export function rotationPhase(context: Rotating, name: string): "running" | "done" | "none" {
  const shape = own(context.stores, name);
  if (!shape || !canRotate(shape)) return "none";
  if (isRotating(context, name)) return "running";
  return wasRotated(context, name) ? "done" : "none";
}

/** Returns the release that Secrets with a store's passwords wait for during a rotation. */
export function rotationGate(context: Rotating, name: string): string[] {
  const running = rotationPhase(context, name) === "running";
  return running ? [rotationReleases(name, shapeOf(context, name).generation).begin] : [];
}

/** Returns the label of rotation pods, which the store's network policy allows for every generation. */
export const rotationLabel = (store: string): Record<string, string> => ({ [`${OWN_PREFIX}rotates`]: store });

/**
 * Plans the two Jobs of a rotation. `users` are the releases that log in to the store, which must restart before the second Job.
 * Finished Jobs do not change: no release waits for them, and no change runs them again.
 */
export function planRotation(
  context: PlanContext,
  name: string,
  { users, phase }: { users: readonly string[]; phase: "running" | "done" },
): JobsPlan {
  const shape = shapeOf(context, name);
  const { begin, end } = rotationReleases(name, shape.generation);
  const before = { ...shape, generation: shape.generation - 1 };
  const work = shape.kind.rotationWork?.(shape, before, addressOf(context, name));
  if (!work) throw new Error(`${name} has no rotation Jobs: a restart changes its password`);
  const job = (jobName: string, script: Script, needs: string[]) =>
    planJob(context, {
      name: jobName,
      store: name,
      image: storeImage(context, name),
      ...commandOf(script),
      env: work.env,
      secretEnv: work.secretEnv,
      seconds: SECONDS,
      needs: phase === "running" ? needs : [],
      secretNeeds: [],
      podLabels: rotationLabel(name),
    });
  const first = job(begin, work.begin, []);
  const last = job(end, work.end, [begin, name, ...users]);
  const done = phase === "done" ? { done: true } : {};
  return {
    releases: [first.release, last.release].map((release) => ({ ...release, ...done })),
    secrets: { ...first.secrets, ...last.secrets },
    credentials: previousCredentials(shape),
  };
}
