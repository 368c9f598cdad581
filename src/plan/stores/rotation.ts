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

/** Seconds a Job of a rotation may take. */
const SECONDS = 300;

export interface JobsPlan {
  releases: ReleasePlan[];
  secrets: Record<string, SecretPlan>;
  credentials: Record<string, CredentialPlan>;
}

/** Whether a new generation takes Jobs: of the others a restart changes the one password. */
export const rotatesByJobs = ({ kind }: StoreShape): boolean => kind.rotationWork !== undefined;

/** Whether Jobs can ever rotate the passwords of a store. */
export const canRotate = (shape: StoreShape): boolean =>
  rotatesByJobs(shape) && rotatedAccounts(shape).length > 0;

/** What tells where a rotation is. */
type Rotating = Pick<PlanContext, "stores" | "deployed">;

/** Where the rotation of a store's passwords is: its Jobs are to be done, were done, or there are none. */
export function rotationPhase(context: Rotating, name: string): "running" | "done" | "none" {
  const shape = own(context.stores, name);
  if (!shape || !canRotate(shape)) return "none";
  if (isRotating(context, name)) return "running";
  return wasRotated(context, name) ? "done" : "none";
}

/** The release that a Secret with a store's passwords waits for, while they are replaced. */
export function rotationGate(context: Rotating, name: string): string[] {
  const running = rotationPhase(context, name) === "running";
  return running ? [rotationReleases(name, shapeOf(context, name).generation).begin] : [];
}

/** The label of the Jobs' pods: a store lets them in by it, whatever their generation. */
export const rotationLabel = (store: string): Record<string, string> => ({ [`${OWN_PREFIX}rotates`]: store });

/**
 * The Jobs; `users` are the releases that log in to the store and must have restarted before the end. Once they are
 * done they stay as they are: nobody waits for them, and nothing runs them again.
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
  if (!work) throw new Error(`a restart rotates the password of ${name}`);
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
