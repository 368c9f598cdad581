/** Plans a store: the distribution selects its chart, the kind and the profile determine the values. */
import type { StoreKind } from "../../model/application";
import { compact } from "../../model/records";
import { describeChart, type RemoteChart } from "../chart";
import type { AppContext, PlanContext } from "../context";
import { hasSecret, storeSecretName } from "../credentials";
import { pullSecretsOf, storePullSecretsOf } from "../credentials/externals";
import { deployedStore } from "../deployed";
import { commonLabels } from "../labels";
import { clientsOf, podsOf, podsOfClient } from "../namespace/network";
import type { ChartReference, ReleasePlan, Values } from "../plan";
import { chartProblems } from "./charts";
import { IMAGE_USERS, storeImage } from "./images";
import { preparationSeconds, preparations } from "./jobs";
import { allKinds } from "./registry";
import { canRotate, rotationLabel } from "./rotation";
import { type StoreShape, shapeOf } from "./shape";
import { generationAnnotations, type StoreContext } from "./store";

/** Returns the time limit of a store's release, in seconds. Pods of a replicated store are replaced one by one. */
const releaseSeconds = ({ kind, profile }: StoreShape): number =>
  kind.timeoutSeconds * (profile === "replicated" ? 2 : 1);

/** Returns the maximum time from the start of a store's release to the start of its clients' releases, in seconds. */
export function storeSeconds(context: AppContext, name: string): number {
  const shape = shapeOf(context, name);
  return releaseSeconds(shape) + preparationSeconds(shape);
}

/** Plans the release of a store. */
export function planStore(context: PlanContext, name: string): ReleasePlan {
  const { settings, deployed } = context;
  const shape = shapeOf(context, name);
  const { store } = shape;
  const there = deployedStore(deployed, name);
  const ownContext: StoreContext = {
    ...context,
    ...shape,
    secret: storeSecretName(name),
    clients: clientsIn(context, shape),
    ...compact({ there }),
  };
  const values = shape.kind.values[settings.distribution](ownContext);
  return {
    name,
    kind: "store",
    ...chartOf(context, store.kind),
    values: settings.distribution === "upstream" ? { ...upstreamCommon(ownContext), ...values } : values,
    needs: [...(store.needs ?? [])],
    secrets: [...(hasSecret(store) ? [ownContext.secret] : []), ...pullSecretsOf(settings)],
    timeoutSeconds: releaseSeconds(shape),
    protect: true,
  };
}

/**
 * Returns the clients of a store with the ports that they connect to: services and tasks that use it, and its own Jobs. Rotation Jobs are
 * always allowed, because the first one runs before the store's release is updated.
 */
function clientsIn(context: AppContext, shape: StoreShape): StoreContext["clients"] {
  const { name, kind } = shape;
  return Object.fromEntries([
    ...clientsOf(context.application, name).map((client) => [
      client,
      { pods: podsOfClient(context.application, client), ports: [kind.facts.port] },
    ]),
    ...preparations(context, name).map((job) => [job, { pods: podsOf(job), ports: kind.jobPorts }]),
    // No release name has an underscore, so the names cannot collide.
    ...(canRotate(shape) ? [["its_rotation", { pods: rotationLabel(name), ports: kind.jobPorts }]] : []),
  ]);
}

/** Returns the chart of a kind, and Helm's description of its releases. */
function chartOf(
  { settings, charts }: PlanContext,
  kind: StoreKind,
): { chart: ChartReference; description: string } {
  const { distribution, charts: source } = settings;
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

/** Reports problems with the charts that an application's stores need. */
export function storeChartProblems({ settings, application, charts }: PlanContext) {
  if (settings.distribution === "upstream") return [];
  const used = allKinds()
    .map(({ name }) => name)
    .filter((kind) => Object.values(application.stores).some((store) => store.kind === kind));
  return chartProblems(used, settings.charts, charts);
}

/** Returns the values of `charts/store` that do not depend on the kind. */
function upstreamCommon(context: StoreContext): Values {
  const { settings } = context;
  const pullSecrets = storePullSecretsOf(settings);
  return {
    fullnameOverride: context.name,
    host: context.name,
    labels: commonLabels(context),
    image: { ...storeImage(context, context.name) },
    ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets }),
    user: { uid: IMAGE_USERS.upstream, gid: IMAGE_USERS.upstream },
    resources: context.resources,
    podAnnotations: generationAnnotations(context),
    clients: Object.fromEntries(
      Object.entries(context.clients).map(([client, { pods, ports }]) => [
        client,
        { pods, ports: [...ports] },
      ]),
    ),
    storage: compact({ size: context.storage, className: context.storageClass }),
  };
}
