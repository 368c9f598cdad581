import { own } from "../../model/graph";
import { rotationReleases } from "../../model/names";
import { shutdownOf } from "../../model/presets";
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

/**
 * Time in seconds in which a Deployment starts to end its old pods. Helm only waits for the new ones (helm.sh/helm/v3,
 * pkg/kube/ready.go). On a busy real node it was 6 seconds (measured).
 */
const LAG_SECONDS = 10;

/** Returns how long old pods of a store's users may still log in after the new ones are ready, in seconds. */
function drainSeconds({ application }: PlanContext, users: readonly string[]): number {
  const services = users.flatMap((user) => own(application.services, user) ?? []);
  return LAG_SECONDS + Math.max(0, ...services.map((service) => shutdownOf(service).graceSeconds));
}

/** Returns the script with a pause at its start, of DRAIN_SECONDS. */
const afterDrain = ({ runner, text }: Script): Script => ({
  runner,
  text: `${runner === "bash" ? 'sleep "$DRAIN_SECONDS"' : "sleep(Number(process.env.DRAIN_SECONDS) * 1000);"}\n${text}`,
});

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
  const drain = drainSeconds(context, users);
  const job = (
    jobName: string,
    script: Script,
    needs: string[],
    more: { seconds: number; env?: Record<string, string> },
  ) =>
    planJob(context, {
      name: jobName,
      store: name,
      image: storeImage(context, name),
      ...commandOf(script),
      env: { ...work.env, ...more.env },
      secretEnv: work.secretEnv,
      seconds: more.seconds,
      needs: phase === "running" ? needs : [],
      secretNeeds: [],
      podLabels: rotationLabel(name),
    });
  const first = job(begin, work.begin, [], { seconds: SECONDS });
  // Old pods that still serve requests must be able to log in until they end.
  const last = job(end, afterDrain(work.end), [begin, name, ...users], {
    seconds: SECONDS + drain,
    env: { DRAIN_SECONDS: String(drain) },
  });
  const done = phase === "done" ? { done: true } : {};
  return {
    releases: [first.release, last.release].map((release) => ({ ...release, ...done })),
    secrets: { ...first.secrets, ...last.secrets },
    credentials: previousCredentials(shape),
  };
}
