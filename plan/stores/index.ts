/** A store as a release: the distribution decides the chart, the kind and the profile decide the values. */
import type { Distribution, Settings } from "../../config/schema";
import { type Application, STORE_KINDS, type Store, type StoreKind } from "../../model/application";
import { own, STORE_PORTS } from "../../model/graph";
import { type Charts, describeChart, type RemoteChart } from "../chart";
import { hasSecret, shapeOf, storeSecretName } from "../credentials";
import { type Deployed, deployedStore } from "../deployed";
import { pullSecretsOf, storePullSecretsOf } from "../externals";
import { JOB_PORTS } from "../job";
import { commonLabels } from "../labels";
import { clientsOf, podsOf } from "../network";
import type { ChartReference, ReleasePlan, Values } from "../plan";
import { mergeResources } from "../resources";
import { chartProblems } from "./charts";
import { storeImage } from "./images";
import { preparationSeconds, preparations } from "./jobs";
import { bitnamiMongodb, upstreamMongodb } from "./mongodb";
import { bitnamiMysql, upstreamMysql } from "./mysql";
import { profileOf } from "./profile";
import { bitnamiRabbitmq, upstreamRabbitmq } from "./rabbitmq";
import { bitnamiRedis, upstreamRedis } from "./redis";
import { canRotate, rotationLabel } from "./rotation";
import { generationAnnotations, type StoreContext } from "./store";

const VALUES: Record<Distribution, Record<StoreKind, (context: StoreContext) => Values>> = {
  bitnami: { mongodb: bitnamiMongodb, mysql: bitnamiMysql, redis: bitnamiRedis, rabbitmq: bitnamiRabbitmq },
  upstream: {
    mongodb: upstreamMongodb,
    mysql: upstreamMysql,
    redis: upstreamRedis,
    rabbitmq: upstreamRabbitmq,
  },
};

/** Seconds from an empty volume to a ready pod, image pull included. */
const TIMEOUT_SECONDS: Record<StoreKind, number> = { mongodb: 600, mysql: 600, redis: 300, rabbitmq: 600 };

/** Seconds that a store's release may take: pods of a replicated store are replaced one after the other. */
const releaseSeconds = (settings: Settings, name: string, { kind }: Store): number =>
  TIMEOUT_SECONDS[kind] * (profileOf(settings, name) === "replicated" ? 2 : 1);

/** Seconds from the start of a store's release to that of its users. */
export const storeSeconds = (settings: Settings, name: string, store: Store): number =>
  releaseSeconds(settings, name, store) + preparationSeconds(store);

/** The release of one store. */
export function planStore(
  application: Application,
  settings: Settings,
  charts: Charts,
  deployed: Deployed,
  name: string,
  store: Store,
): ReleasePlan {
  const overrides = own(settings.stores, name);
  const there = deployedStore(deployed, name);
  const storageClass = overrides?.storageClass ?? settings.storageClass;
  const context: StoreContext = {
    name,
    store,
    shape: shapeOf(settings, name, store),
    secret: storeSecretName(name),
    resources: mergeResources(store.resources, overrides?.resources),
    storage: overrides?.storage ?? store.storage,
    ...(storageClass === undefined ? {} : { storageClass }),
    clients: clientsIn(application, settings, name, store),
    settings,
    charts,
    ...(there === undefined ? {} : { deployed: there }),
  };
  const values = VALUES[settings.distribution][store.kind](context);
  const { chart, description } = chartOf(settings, store.kind, charts);
  return {
    name,
    kind: "store",
    chart,
    description,
    values:
      settings.distribution === "upstream" ? { ...upstreamCommon(application, context), ...values } : values,
    needs: [...(store.needs ?? [])],
    secrets: [...(hasSecret(store) ? [context.secret] : []), ...pullSecretsOf(settings)],
    timeoutSeconds: releaseSeconds(settings, name, store),
    protect: true,
  };
}

/**
 * Who connects to a store, and to which of its pods' ports: the services that use it, and its own Jobs. Those of a
 * rotation are always let in: the first one runs before the store's own release is touched.
 */
function clientsIn(
  application: Application,
  settings: Settings,
  name: string,
  store: Store,
): StoreContext["clients"] {
  const { kind } = store;
  const rotates = canRotate(shapeOf(settings, name, store));
  return Object.fromEntries([
    ...clientsOf(application, name).map((client) => [
      client,
      { pods: podsOf(client), ports: [STORE_PORTS[kind].port] },
    ]),
    ...preparations(name, store).map((job) => [job, { pods: podsOf(job), ports: JOB_PORTS[kind] }]),
    // A name with an underscore is no release's.
    ...(rotates ? [["its_rotation", { pods: rotationLabel(name), ports: JOB_PORTS[kind] }]] : []),
  ]);
}

function chartOf(
  { distribution, charts: source }: Settings,
  kind: StoreKind,
  charts: Charts,
): { chart: ChartReference; description: string } {
  if (distribution === "upstream")
    return { chart: { path: charts.store.path }, description: describeChart(charts.store) };
  const { url, version, vendored } = charts.remote[kind] as RemoteChart;
  if (source === "vendored" && vendored)
    return {
      chart: { path: vendored.path },
      description: `${kind} ${version} sha256:${vendored.sha256.slice(0, 12)}`,
    };
  return { chart: { url, version }, description: `${kind} ${version}` };
}

/** What is wrong with the charts of an application's stores. */
export function storeChartProblems(application: Application, settings: Settings, charts: Charts) {
  if (settings.distribution === "upstream") return [];
  const used = STORE_KINDS.filter((kind) =>
    Object.values(application.stores).some((store) => store.kind === kind),
  );
  return chartProblems(used, settings.charts, charts);
}

/** Values of `charts/store` that do not depend on the kind. */
function upstreamCommon(application: Application, context: StoreContext): Values {
  const { settings } = context;
  const pullSecrets = storePullSecretsOf(settings);
  return {
    fullnameOverride: context.name,
    host: context.name,
    labels: commonLabels(application, settings),
    image: { ...storeImage(settings, context.charts, context.name, context.store.kind) },
    ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets }),
    user: { uid: 999, gid: 999 },
    resources: context.resources,
    podAnnotations: generationAnnotations(context),
    clients: Object.fromEntries(
      Object.entries(context.clients).map(([client, { pods, ports }]) => [
        client,
        { pods, ports: [...ports] },
      ]),
    ),
    storage: {
      size: context.storage,
      ...(context.storageClass === undefined ? {} : { className: context.storageClass }),
    },
  };
}
