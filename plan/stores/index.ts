/** A store as a release: the distribution decides the chart, the kind decides the values. */
import type { Distribution, Settings } from "../../config/schema";
import type { Application, Store, StoreKind } from "../../model/application";
import { FlotillaError } from "../../model/problems";
import { type Charts, describeChart } from "../chart";
import { hasSecret, storeSecretName } from "../credentials";
import { commonLabels } from "../labels";
import { clientsOf, podsOf } from "../network";
import type { ChartReference, ReleasePlan, Values } from "../plan";
import { mergeResources } from "../resources";
import { bitnamiMongodb, upstreamMongodb } from "./mongodb";
import { bitnamiMysql, upstreamMysql } from "./mysql";
import { bitnamiRabbitmq, upstreamRabbitmq } from "./rabbitmq";
import { bitnamiRedis, upstreamRedis } from "./redis";
import type { StoreContext } from "./store";

const VALUES: Record<Distribution, Record<StoreKind, (context: StoreContext) => Values>> = {
  bitnami: { mongodb: bitnamiMongodb, mysql: bitnamiMysql, redis: bitnamiRedis, rabbitmq: bitnamiRabbitmq },
  upstream: {
    mongodb: upstreamMongodb,
    mysql: upstreamMysql,
    redis: upstreamRedis,
    rabbitmq: upstreamRabbitmq,
  },
};

/** Seconds from an empty volume to a ready store, image pull included. */
const TIMEOUT_SECONDS: Record<StoreKind, number> = { mongodb: 600, mysql: 600, redis: 300, rabbitmq: 600 };

/** Seconds a store's release gets. */
export const storeTimeout = ({ kind }: Store): number => TIMEOUT_SECONDS[kind];

/** Whether deleting a store and its passwords takes an extra step: they hold what nobody can bring back. */
export const protectsStores = (settings: Settings): boolean => settings.environment === "prod";

/** The release of one store. */
export function planStore(
  application: Application,
  settings: Settings,
  charts: Charts,
  namespace: string,
  name: string,
  store: Store,
): ReleasePlan {
  const overrides = settings.stores[name] ?? {};
  const context: StoreContext = {
    name,
    store,
    secret: storeSecretName(name),
    resources: mergeResources(store.resources, overrides.resources),
    storage: overrides.storage ?? store.storage,
    storageClass: settings.storageClass,
    namespace,
    settings,
  };
  const values = VALUES[settings.distribution][store.kind](context);
  const { chart, description } = chartOf(settings.distribution, store.kind, charts);
  return {
    name,
    kind: "store",
    chart,
    description,
    values:
      settings.distribution === "upstream" ? { ...upstreamCommon(application, context), ...values } : values,
    needs: [...(store.needs ?? [])],
    secrets: hasSecret(store) ? [context.secret] : [],
    timeoutSeconds: storeTimeout(store),
    protect: protectsStores(settings),
  };
}

function chartOf(
  distribution: Distribution,
  kind: StoreKind,
  charts: Charts,
): { chart: ChartReference; description: string } {
  if (distribution === "upstream")
    return { chart: { path: charts.store.path }, description: describeChart(charts.store) };
  const locked = charts.remote[kind];
  if (!locked)
    throw new FlotillaError([
      {
        where: "charts/lock.yaml",
        what: `it does not say where the chart of ${kind} comes from`,
        todo: "Restore it: git checkout -- charts/lock.yaml",
      },
    ]);
  return { chart: { url: locked.url, version: locked.version }, description: `${kind} ${locked.version}` };
}

/** Values of `charts/store` that do not depend on the kind. */
function upstreamCommon(application: Application, context: StoreContext): Values {
  return {
    fullnameOverride: context.name,
    host: context.name,
    labels: commonLabels(application, context.settings),
    resources: context.resources,
    clients: Object.fromEntries(
      clientsOf(application, context.name).map((client) => [client, podsOf(client)]),
    ),
    storage: {
      size: context.storage,
      ...(context.storageClass === undefined ? {} : { className: context.storageClass }),
    },
  };
}
