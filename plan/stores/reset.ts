/**
 * Jobs that give the data of a store new passwords while no pod of it runs: for volumes that are left of a store and
 * whose passwords nobody knows any more. Each works on one claim, with the store's own image.
 */

import type { Distribution } from "../../config/schema";
import type { StoreKind } from "../../model/application";
import { own } from "../../model/graph";
import type { AppContext, PlanContext } from "../context";
import { credentialName, rotatedAccounts, userName } from "../credentials";
import { storePullSecretsOf } from "../externals";
import { commonLabels } from "../labels";
import { podsOf } from "../network";
import type { Values } from "../plan";
import { storeImage } from "./images";
import { REPLICAS } from "./profile";
import { MONGODB_RESET } from "./scripts/mongodb";
import { mysqlReset } from "./scripts/mysql";
import { RABBITMQ_RESET } from "./scripts/rabbitmq";
import { type StoreShape, shapeOf } from "./shape";
import { mongodbRoles, mongodbUser, mysqlUser, variableOf } from "./work";

export interface Reset {
  /** Of the Job, and of the Secret with the passwords that it reads. */
  name: string;
  claim: string;
  job: Values;
  /** Credentials by the key of the Secret. */
  keys: Record<string, string>;
}

/** Where a store's pod mounts its volume, what part of it, and where its data is then. */
interface Place {
  mount: string;
  subPath?: string;
  data: string;
}

type ResetKind = Exclude<StoreKind, "redis">;

/** Bitnami: the mounts of the charts in `charts/lock.yaml`, and the folders of their images' scripts. */
const PLACES: Record<Distribution, Record<ResetKind, Place>> = {
  bitnami: {
    mysql: { mount: "/bitnami/mysql", data: "/bitnami/mysql/data" },
    mongodb: { mount: "/bitnami/mongodb", data: "/bitnami/mongodb/data/db" },
    rabbitmq: {
      mount: "/opt/bitnami/rabbitmq/.rabbitmq/mnesia",
      data: "/opt/bitnami/rabbitmq/.rabbitmq/mnesia",
    },
  },
  upstream: {
    mysql: { mount: "/var/lib/mysql", subPath: "data", data: "/var/lib/mysql" },
    mongodb: { mount: "/data/db", data: "/data/db" },
    rabbitmq: { mount: "/var/lib/rabbitmq", data: "/var/lib/rabbitmq/mnesia" },
  },
};

/** The user of the images. */
const USERS: Record<Distribution, number> = { bitnami: 1001, upstream: 999 };

/** Seconds for the image pull, for the server to find its data in order, and for the passwords. */
const RESET_SECONDS = 900;
/** Seconds that a Job is kept whose command was killed. */
const KEPT_SECONDS = 3600;

/** The claims that the pods of a store mount. */
export function mountedClaims({ name, store, profile }: StoreShape, distribution: Distribution): string[] {
  if (distribution === "bitnami" && store.kind === "mysql" && profile === "replicated")
    return [
      `data-${name}-primary-0`,
      ...Array.from({ length: REPLICAS - 1 }, (_, index) => `data-${name}-secondary-${index}`),
    ];
  return [`${distribution === "bitnami" && store.kind === "mongodb" ? "datadir" : "data"}-${name}-0`];
}

/** Why the passwords of a store cannot be set in its data; undefined where they can. */
export function resetRefusal(
  context: AppContext,
  name: string,
  claims: readonly string[],
): string | undefined {
  const shape = shapeOf(context, name);
  const { store } = shape;
  if (shape.profile === "replicated" && store.kind !== "mysql")
    return `a replicated ${store.kind} changes passwords only while most of its pods run, and a Job works on one volume`;
  const mounted = mountedClaims(shape, context.settings.distribution);
  if (mounted.some((claim) => claims.includes(claim))) return undefined;
  return `a ${shape.profile} ${store.kind} of the distribution ${context.settings.distribution} takes up ${mounted.join(", ")}, not ${claims.join(", ")}`;
}

/** The Jobs that set the given credentials of a store in those of the claims that its pods mount. */
export function planResets(
  context: PlanContext,
  name: string,
  claims: readonly string[],
  credentials: readonly string[],
): Reset[] {
  const { settings } = context;
  const shape = shapeOf(context, name);
  const { store, resources } = shape;
  const kind = store.kind as ResetKind;
  const { distribution } = settings;
  const { mount, subPath, data } = PLACES[distribution][kind];
  const { script, env, accounts } = work(shape, credentials);
  const keys = Object.fromEntries(
    accounts.map((account) => [variableOf(account), credentialName(shape, account)]),
  );
  const { repository, tag, digest } = storeImage(context, name);
  const host = `${name}-0.${name}-headless.${context.namespace}.svc.cluster.local`;
  return mountedClaims(shape, distribution)
    .filter((claim) => claims.includes(claim))
    .map((claim, index) => {
      const job = `${name}-reset-${index}`;
      const labels = { ...commonLabels(context), ...podsOf(job) };
      return {
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
                automountServiceAccountToken: false,
                enableServiceLinks: false,
                // The name of a rabbitmq's node: there is no Service for it while no pod of the store runs.
                ...(kind === "rabbitmq" ? { hostAliases: [{ ip: "127.0.0.1", hostnames: [host] }] } : {}),
                securityContext: {
                  runAsNonRoot: true,
                  runAsUser: USERS[distribution],
                  runAsGroup: USERS[distribution],
                  fsGroup: USERS[distribution],
                  fsGroupChangePolicy: "OnRootMismatch",
                  seccompProfile: { type: "RuntimeDefault" },
                },
                imagePullSecrets: storePullSecretsOf(settings).map((secret) => ({ name: secret })),
                containers: [
                  {
                    name: "reset",
                    image: `${repository}${digest === undefined ? `:${tag}` : `@${digest}`}`,
                    command: ["bash", "-euo", "pipefail", "-c"],
                    args: [script],
                    env: [
                      ...Object.entries({ HOME: "/tmp", DATA: data, ...env }).map(([key, value]) => ({
                        name: key,
                        value,
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
                      { name: "data", mountPath: mount, ...(subPath === undefined ? {} : { subPath }) },
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

/** What sets the credentials; a cluster's own secret is none that data knows. */
function work(
  shape: StoreShape,
  credentials: readonly string[],
): { script: string; env: Record<string, string>; accounts: string[] } {
  const { store } = shape;
  const accounts = rotatedAccounts(shape).filter((account) =>
    credentials.includes(credentialName(shape, account)),
  );
  switch (store.kind as ResetKind) {
    case "mysql":
      return {
        accounts,
        env: {},
        script: mysqlReset({
          users: accounts.map((account) => ({
            username: mysqlUser(store, account),
            variable: variableOf(account),
          })),
          ...(accounts.includes("replication") ? { replicationVariable: variableOf("replication") } : {}),
        }),
      };
    case "mongodb": {
      const users = accounts.map((account) => ({
        username: userName(shape, account, mongodbUser(store, account)),
        database: own(store.accounts ?? {}, account)?.database ?? "admin",
        variable: variableOf(account),
        roles: mongodbRoles(store, account),
      }));
      return { accounts, env: { USERS: JSON.stringify(users) }, script: MONGODB_RESET };
    }
    case "rabbitmq": {
      const users = accounts.map((account) => {
        const { username } = own(store.accounts ?? {}, account) ?? {};
        return `${userName(shape, account, username ?? account)}:${variableOf(account)}`;
      });
      return { accounts, env: { USERS: users.join(" ") }, script: RABBITMQ_RESET };
    }
  }
}
