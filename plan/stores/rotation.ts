/**
 * The two Jobs of a rotation. Begin lets the new password in beside the old one; then the Secrets change, the store and
 * its clients restart with the new one; end takes the old one away. Each step comes after the one before it has
 * succeeded, and both passwords work until the last: wherever an update stops, what runs goes on, and the next update
 * goes on from there.
 */
import type { Settings } from "../../config/schema";
import type { Application, Store } from "../../model/application";
import { own } from "../../model/graph";
import { rotationReleases } from "../../model/names";
import type { Charts } from "../chart";
import { previousCredentials, rotatedAccounts, type StoreShape, shapeOf } from "../credentials";
import { type Deployed, isRotating, wasRotated } from "../deployed";
import { addressOf } from "../hosts";
import { planJob } from "../job";
import type { CredentialPlan, ReleasePlan, SecretPlan } from "../plan";
import { storeImage } from "./images";
import { commandOf, replicaSetOption, rotationWork, type Script } from "./work";

/** Seconds a Job of a rotation may take. */
const SECONDS = 300;

export interface JobsPlan {
  releases: ReleasePlan[];
  secrets: Record<string, SecretPlan>;
  credentials: Record<string, CredentialPlan>;
}

/** Whether a new generation takes Jobs: redis has one password, which a restart changes. */
export const rotatesByJobs = (store: Store): boolean => store.kind !== "redis";

/** Whether Jobs can ever rotate the passwords of a store. */
export const canRotate = (shape: StoreShape): boolean =>
  rotatesByJobs(shape.store) && rotatedAccounts(shape).length > 0;

/** Where the rotation of a store's passwords is: its Jobs are to be done, were done, or there are none. */
export function rotationPhase(
  application: Application,
  settings: Settings,
  deployed: Deployed,
  name: string,
): "running" | "done" | "none" {
  const store = own(application.stores, name);
  if (!store || !canRotate(shapeOf(settings, name, store))) return "none";
  if (isRotating(settings, deployed, name)) return "running";
  return wasRotated(settings, deployed, name) ? "done" : "none";
}

/** The release that a Secret with a store's passwords waits for, while they are replaced. */
export function rotationGate(
  application: Application,
  settings: Settings,
  deployed: Deployed,
  name: string,
): string[] {
  const running = rotationPhase(application, settings, deployed, name) === "running";
  return running ? [rotationReleases(name, own(settings.stores, name)?.generation ?? 1).begin] : [];
}

/** The label of the Jobs' pods: a store lets them in by it, whatever their generation. */
export const rotationLabel = (store: string): Record<string, string> => ({ "flotilla.dev/rotates": store });

/**
 * The Jobs; `users` are the releases that log in to the store and must have restarted before the end. Once they are
 * done they stay as they are: nobody waits for them, and nothing runs them again.
 */
export function planRotation(
  application: Application,
  settings: Settings,
  charts: Charts,
  name: string,
  store: Store,
  { users, phase }: { users: readonly string[]; phase: "running" | "done" },
): JobsPlan {
  const shape = shapeOf(settings, name, store);
  const { begin, end } = rotationReleases(name, shape.generation);
  const { host, members, replicaSet } = addressOf(application, settings, name);
  const work = rotationWork(shape, {
    HOST: host,
    MEMBERS: members.join(","),
    OPTIONS: replicaSetOption(replicaSet),
  });
  const job = (jobName: string, script: Script, needs: string[]) =>
    planJob(application, settings, charts, {
      name: jobName,
      store: name,
      image: storeImage(settings, charts, name, store.kind),
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
