/** The clients of the stores: each has its own store and a program that uses it all the time (tests/real/client). */
import { get, run, secretOf } from "../../e2e/world";
import { Follower } from "./follow";
import { NAMESPACE } from "./shop";

export const STORES = ["redis", "mysql", "rabbitmq"] as const;
export type StoreName = (typeof STORES)[number];

export const clientOf = (store: StoreName): string => `${store}-client`;

export const followClient = (store: StoreName): Follower =>
  new Follower(NAMESPACE, `app.kubernetes.io/instance=${clientOf(store)}`);

export interface Login {
  username?: string;
  password: string;
}

/** Returns the login that new pods of a client get. */
export async function loginOf(store: StoreName): Promise<Login> {
  const client = clientOf(store);
  const { spec } = await get<{
    spec: { template: { spec: { containers: { env: { name: string; value?: string }[] }[] } } };
  }>("deployment", client, "-n", NAMESPACE);
  const variables = spec.template.spec.containers[0]?.env ?? [];
  const username = variables.find(({ name }) => name === "STORE_USERNAME")?.value;
  const { STORE_PASSWORD: password = "" } = await secretOf(`${client}-env`, NAMESPACE);
  return { ...(username === undefined ? {} : { username }), password };
}

export interface Answer {
  accepted: boolean;
  /** Whether the store has refused the login, and not something else failed. */
  refused?: boolean;
  error?: string;
  found?: boolean;
}

/** Logs in to a store once from a pod of its client, with the client's login unless another is given. */
export async function logIn(
  store: StoreName,
  input: Partial<Login> & { write?: string; read?: string },
): Promise<Answer> {
  const client = clientOf(store);
  const { stdout } = await run(
    "kubectl",
    [
      ...["exec", "-i", "-n", NAMESPACE, `deployment/${client}`, "-c", client, "--"],
      ...["node", "src/index.js", "once"],
    ],
    { input: JSON.stringify(input) },
  );
  return JSON.parse(stdout) as Answer;
}

/** Returns when the last pod of a release became ready, in milliseconds since 1970. */
export async function readySince(release: string): Promise<number> {
  const { items } = await get<{
    items: { status: { conditions: { type: string; lastTransitionTime: string }[] } }[];
  }>("pods", "-n", NAMESPACE, "-l", `app.kubernetes.io/instance=${release}`);
  const times = items.flatMap(({ status }) =>
    status.conditions
      .filter(({ type }) => type === "Ready")
      .map(({ lastTransitionTime }) => Date.parse(lastTransitionTime)),
  );
  return Math.max(...times);
}
