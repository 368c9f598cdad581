/**
 * Every profile of every store rendered with Bitnami's real charts: from charts/vendor, or from their registry if it can be
 * reached. Without either, these tests are skipped; tests/unit/bitnami.test.ts always runs.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pullArchive } from "../../cli/tools/charts/archive";
import { template } from "../../cli/tools/helm";
import { cacheFolder, PROJECT } from "../../cli/tools/paths";
import type { Application, StoreKind } from "../../src/model/application";
import { amountOf } from "../../src/model/quantity";
import { type Demand, demandOfStore } from "../../src/plan/namespace/demand";
import type { Plan, Values } from "../../src/plan/plan";
import { kindOf } from "../../src/plan/stores/registry";
import { unreachable } from "../../src/runtime/reach";
import { STORE_KINDS } from "../kinds";
import { charts, contextFor, redis } from "../support";
import { planFor, shopWith } from "../unit/store-examples";
import { type KubernetesObject, parseObjects, podsOf, restrictedViolations } from "./render";

const monitoring = { serviceMonitor: { labels: { release: "kps" } } };
const SETTINGS: Record<string, Record<string, unknown>> = {
  standalone: {},
  "standalone, monitored": { monitoring },
  replicated: { profile: "replicated", storageClass: "fast" },
  "replicated, monitored": { profile: "replicated", monitoring },
};

/** Returns the path of the chart's archive, or undefined. */
async function archiveOf(kind: StoreKind): Promise<string | undefined> {
  const { url, version, file, vendored } = charts.remote[kind] as (typeof charts.remote)[string];
  if (vendored) return join(PROJECT, file);
  const cached = join(cacheFolder(), "charts", `${kind}-${version}.tgz`);
  if (existsSync(cached)) return cached;
  if ((await unreachable(new URL(url.replace("oci:", "https:")).hostname, 443)) !== undefined)
    return undefined;
  await pullArchive(url, version, cached);
  return cached;
}

interface Rendered {
  title: string;
  plan: Plan;
  /** What the quota counts for the store. */
  demand: Demand;
  objects: KubernetesObject[];
}

/** Returns all profiles of a kind, rendered. */
async function renderAll(kind: StoreKind, chart: string): Promise<Rendered[]> {
  const variants = Object.entries(SETTINGS).flatMap(([name, settings]): [string, Application, object][] => {
    const config = { namespace: "shop", ...settings };
    const open = redis({ kind, noPassword: "a test" });
    return [
      [name, shopWith(kind), config],
      ...(kindOf(kind).facts.mayLackPassword
        ? ([[`${name}, without a password`, shopWith(kind, open), config]] as [string, Application, object][])
        : []),
    ];
  });
  return Promise.all(
    variants.map(async ([title, shop, config]) => {
      const plan = planFor(shop, config as Record<string, unknown>);
      const demand = demandOfStore(contextFor(shop, config as Record<string, unknown>), "db");
      const release = { release: "db", namespace: "shop", values: plan.releases.db?.values as Values };
      const text = await template(chart, release, ["--api-versions", "monitoring.coreos.com/v1"]);
      return { title, plan, demand, objects: parseObjects(text) };
    }),
  );
}

for (const kind of STORE_KINDS)
  describe(`the real chart of ${kind}, in every profile`, () => {
    let rendered: Rendered[];
    before(async function () {
      this.timeout(120_000);
      const archive = await archiveOf(kind);
      if (archive === undefined) this.skip();
      else rendered = await renderAll(kind, archive);
    });

    const each = (title: string, check: (rendered: Rendered) => void) =>
      it(title, () => {
        assert.ok(rendered.length >= 4);
        for (const one of rendered)
          try {
            check(one);
          } catch (error) {
            (error as Error).message = `${one.title}: ${(error as Error).message}`;
            throw error;
          }
      });

    each("requests what the quota counts, pod by pod", ({ objects, demand }) => {
      const workloads = objects.filter(({ spec }) => spec?.template?.spec);
      const sum = (amount: (container: KubernetesObject) => string | undefined) =>
        workloads
          .flatMap(({ spec }) =>
            spec.template.spec.containers.map(
              (container: KubernetesObject) => spec.replicas * amountOf(amount(container) ?? "0"),
            ),
          )
          .reduce((total: number, one: number) => total + one, 0);
      const close = (one: number, other: number) =>
        assert.ok(Math.abs(one - other) < 1e-6, `${one}, ${other}`);
      close(
        sum(({ resources }) => resources.requests?.cpu),
        demand.cpu,
      );
      close(
        sum(({ resources }) => resources.requests?.memory),
        demand.memory,
      );
      close(
        sum(({ resources }) => resources.limits?.memory),
        demand.memoryLimit,
      );
      assert.equal(
        workloads.reduce((total, { spec }) => total + spec.replicas, 0),
        demand.pods,
      );
      // The quota requires a memory limit for each, and init containers request no more than the containers after them.
      for (const { spec } of workloads) {
        const { containers, initContainers = [] } = spec.template.spec;
        for (const { resources } of [...containers, ...initContainers]) assert.ok(resources?.limits?.memory);
        const [main] = containers;
        for (const { resources } of initContainers)
          assert.ok(amountOf(resources.requests.memory) <= amountOf(main.resources.requests.memory));
      }
    });

    each("complies with Pod Security `restricted` in every container", ({ objects }) => {
      assert.ok(podsOf(objects).length > 0);
      for (const pod of podsOf(objects)) assert.deepEqual(restrictedViolations(pod), []);
    });

    each("has the planned host name", ({ objects, plan }) => {
      const services = objects.filter(({ kind }) => kind === "Service").map(({ metadata }) => metadata.name);
      const { host, readHost = host } = plan.outputs.stores.db ?? {};
      for (const wanted of [host, readHost]) assert.ok(services.includes(wanted), `${wanted} of ${services}`);
    });

    each("only accepts clients in the plan", ({ objects }) => {
      const policies = objects.filter(({ kind }) => kind === "NetworkPolicy");
      assert.ok(policies.length > 0);
      for (const { spec } of policies)
        for (const { from } of spec.ingress) {
          assert.ok(from?.length > 0, "a rule without `from` allows everyone");
          for (const { namespaceSelector, podSelector } of from) {
            const labels = podSelector?.matchLabels ?? namespaceSelector.matchLabels;
            // mysql and redis accept pods with a certain label, which no pod has; it cannot be turned off.
            const isKnown =
              ["web", "db", "db-accounts"].includes(labels["app.kubernetes.io/instance"]) ||
              labels["flotilla.dev/rotates"] === "db" ||
              labels["kubernetes.io/metadata.name"] === "monitoring" ||
              (labels["db-client"] === "true" && ["mysql", "redis"].includes(kind));
            assert.ok(isKnown, JSON.stringify(labels));
          }
        }
    });

    each("reads exactly the keys of its Secret", ({ objects, plan }) => {
      const text = JSON.stringify(objects.filter(({ kind }) => kind !== "Secret"));
      const read = [
        ...text.matchAll(
          /"secretKeyRef":\{"(?:name":"db-auth","key|key)":"([^"]+)"(?:,"name":"db-auth")?\}/g,
        ),
        ...text.matchAll(/\/secrets\/([a-z-]+)"/g),
        ...text.matchAll(/"items":\[\{"key":"([a-z-]+)","path"/g),
      ].map(([, key]) => key as string);
      const planned = Object.keys(plan.secrets["db-auth"]?.keys ?? {});
      for (const key of planned) assert.ok(text.includes(key), `${key} is not read`);
      for (const key of read.filter((key) => /password|cookie|key$/.test(key)))
        assert.ok(planned.includes(key), `${key} is not in the Secret`);
    });

    each("restarts its pods for a new generation", ({ objects }) => {
      for (const { spec } of objects.filter(({ kind }) => kind === "StatefulSet"))
        assert.equal(spec.template.metadata.annotations["flotilla.dev/generation"], "1");
    });
  });
