/** Applications with one store, and states in which they are deployed, for store tests. */
import type { Application, Store, StoreKind } from "../../src/model/application";
import type { Deployed } from "../../src/plan/deployed";
import type { Plan } from "../../src/plan/plan";
import { application, planFor, redis, service } from "../support";

export { planFor };

const generated = { generated: true } as const;

/** Returns a store with generated passwords, called `db`; mysql and mongodb have two accounts. */
export function storeOf(kind: StoreKind): Store {
  const database = kind === "mysql" || kind === "mongodb";
  const app = { username: "app", ...(database ? { database: "app" } : {}), credential: generated };
  const reports = { username: "reports", database: "reports", credential: generated };
  const accounts: Store["accounts"] = database ? { app, reports } : { app };
  return redis({ kind, ...(kind === "redis" ? {} : { accounts }) });
}

/** Returns an application with one service that uses one store, `db`. */
export const shopWith = (kind: StoreKind, store: Store = storeOf(kind)): Application =>
  application({ services: { web: service({ uses: ["db"] }) }, stores: { db: store } });

/** Returns the state after a plan has been deployed. */
export const deployedFrom = ({ releases }: Plan): Deployed =>
  Object.fromEntries(
    Object.values(releases).map(({ name, kind, chart, values }) => [
      name,
      { kind, chart: "path" in chart ? chart.path : chart.url, values },
    ]),
  );

/** Returns the content of a Job's Secret, with a password for each credential. */
export function secretValues(
  { secrets }: Plan,
  job: string,
  passwordOf: (credential: string) => string,
): Record<string, string> {
  const keys = Object.entries(secrets[`${job}-env`]?.keys ?? {}).map(([key, text]) => [
    key,
    text.map((part) => (typeof part === "string" ? part : passwordOf(part.credential))).join(""),
  ]);
  return Object.fromEntries(keys);
}
