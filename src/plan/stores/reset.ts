/**
 * Plans Jobs that set new passwords in the data of a stopped store, for volumes of an earlier store whose passwords are lost. Each
 * Job works on one volume claim, with the store's image.
 */
import type { Distribution } from "../../config/schema";
import { compact } from "../../model/records";
import { literally } from "../../model/variables";
import type { AppContext, PlanContext } from "../context";
import { credentialName, rotatedAccounts } from "../credentials";
import { storePullSecretsOf } from "../credentials/externals";
import { imageReference } from "../images";
import { commonLabels, OWN_PREFIX } from "../labels";
import { podsOf } from "../namespace/network";
import type { Values } from "../plan";
import { IMAGE_USERS, storeImage } from "./images";
import { variableOf } from "./script";
import { type StoreShape, shapeOf } from "./shape";

/** Label of the Jobs, their pods and their Secrets. The value is the name of the store. */
export const RESETS = `${OWN_PREFIX}resets`;

/** A Job that sets passwords in one volume. */
export interface Reset {
  store: string;
  /** Name of the Job, and of the Secret with the passwords. */
  name: string;
  claim: string;
  job: Values;
  /** Credentials, by key of the Secret. */
  keys: Record<string, string>;
}

/** Time limit for the image pull, the recovery of the data and the password changes, in seconds. */
const RESET_SECONDS = 1800;
/** Time for a clean stop of the server when the Job is deleted, in seconds. */
const GRACE_SECONDS = 120;
/** Time after which a finished Job is deleted if its command was killed, in seconds. */
const KEPT_SECONDS = 3600;

/** Returns the volume claims that the pods of a store mount. */
export const mountedClaims = (shape: StoreShape, distribution: Distribution): string[] =>
  shape.kind.reset?.claims?.(shape, distribution) ?? [`data-${shape.name}-0`];

/** Returns why the passwords of a store cannot be set in its data, or undefined if they can. */
export function resetRefusal(
  context: AppContext,
  name: string,
  claims: readonly string[],
): string | undefined {
  const shape = shapeOf(context, name);
  const kind = shape.kind.name;
  if (!shape.kind.reset?.profiles.includes(shape.profile))
    return `a ${shape.profile} ${kind} can only change passwords while most of its pods run, and a Job works on one volume`;
  const mounted = mountedClaims(shape, context.settings.distribution);
  // The other volumes are copies of the first one.
  if (claims.includes(mounted[0] as string)) return undefined;
  return `a ${shape.profile} ${kind} of the distribution ${context.settings.distribution} mounts ${mounted.join(", ")}, not ${claims.join(", ")}`;
}

/**
 * Plans the Jobs that set credentials of a store in its volume claims. Claims that its pods do not mount are skipped. `run` is part
 * of the names of the Jobs, so that a report never shows an earlier Job.
 */
export function planResets(
  context: PlanContext,
  name: string,
  claims: readonly string[],
  credentials: readonly string[],
  run: string,
): Reset[] {
  const { settings } = context;
  const shape = shapeOf(context, name);
  const { resources, kind } = shape;
  const { distribution } = settings;
  const { reset } = kind;
  const user = IMAGE_USERS[distribution];
  if (!reset) throw new Error(`the data of ${name} has no passwords`);
  const { mount, subPath, data } = reset.places[distribution];
  // The data does not contain the cluster key.
  const accounts = rotatedAccounts(shape).filter((account) =>
    credentials.includes(credentialName(shape, account)),
  );
  const { script, env } = reset.work(shape, accounts);
  const keys = Object.fromEntries(
    accounts.map((account) => [variableOf(account), credentialName(shape, account)]),
  );
  const host = `${name}-0.${name}-headless.${context.namespace}.svc.cluster.local`;
  return mountedClaims(shape, distribution)
    .filter((claim) => claims.includes(claim))
    .map((claim, index) => {
      const job = `${name}-reset-${run}-${index}`;
      const labels = { ...commonLabels(context), ...podsOf(job), [RESETS]: name };
      return {
        store: name,
        name: job,
        claim,
        keys,
        job: {
          apiVersion: "batch/v1",
          kind: "Job",
          metadata: { name: job, namespace: context.namespace, labels },
          spec: {
            backoffLimit: 0,
            activeDeadlineSeconds: RESET_SECONDS,
            ttlSecondsAfterFinished: KEPT_SECONDS,
            template: {
              metadata: { labels },
              spec: {
                restartPolicy: "Never",
                terminationGracePeriodSeconds: GRACE_SECONDS,
                automountServiceAccountToken: false,
                enableServiceLinks: false,
                // The name does not resolve while the store is stopped.
                ...(reset.hasNodeName ? { hostAliases: [{ ip: "127.0.0.1", hostnames: [host] }] } : {}),
                securityContext: {
                  runAsNonRoot: true,
                  runAsUser: user,
                  runAsGroup: user,
                  fsGroup: user,
                  fsGroupChangePolicy: "OnRootMismatch",
                  seccompProfile: { type: "RuntimeDefault" },
                },
                imagePullSecrets: storePullSecretsOf(settings).map((secret) => ({ name: secret })),
                containers: [
                  {
                    name: "reset",
                    image: imageReference(storeImage(context, name)),
                    command: ["bash", "-euo", "pipefail", "-c"],
                    args: [literally(script)],
                    env: [
                      ...Object.entries({ HOME: "/tmp", DATA: data, ...env }).map(([key, value]) => ({
                        name: key,
                        value: literally(value),
                      })),
                      ...Object.keys(keys).map((key) => ({
                        name: key,
                        valueFrom: { secretKeyRef: { name: job, key } },
                      })),
                    ],
                    resources,
                    securityContext: {
                      allowPrivilegeEscalation: false,
                      readOnlyRootFilesystem: true,
                      capabilities: { drop: ["ALL"] },
                    },
                    volumeMounts: [
                      compact({ name: "data", mountPath: mount, subPath }),
                      { name: "tmp", mountPath: "/tmp" },
                    ],
                  },
                ],
                volumes: [
                  { name: "data", persistentVolumeClaim: { claimName: claim } },
                  { name: "tmp", emptyDir: {} },
                ],
              },
            },
          },
        } as unknown as Values,
      };
    });
}
