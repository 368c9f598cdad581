/** The rules themselves: each says what is wrong with a release. */
import type { Rule } from "../../config/rules";
import type { Settings } from "../../config/schema";
import { own } from "../../model/graph";
import { compact } from "../../model/records";
import { secretLike } from "../../model/secret-like";
import { splitRepository } from "../images";
import type { BudgetFacts, ContainerFacts, ReleaseFacts, WorkloadFacts } from "./facts";

/** What a rule finds. */
export interface Violation {
  rule: Rule;
  release: string;
  /** The service or store it belongs to. */
  owner: string;
  /** The object, container or value at fault. */
  where: string;
  what: string;
  todo: string;
  /** The setting that says so. Default: none does. */
  key?: string;
  /** The reason for which the stack or the inventory lets it be. Default: nobody does. */
  excepted?: string;
}

/** Whom a release belongs to, and what they let it do. */
export interface Held {
  facts: ReleaseFacts;
  /** The service or store it belongs to; its exceptions count. */
  owner: { kind: "services" | "stores"; name: string };
  /** Rules that do not apply, each with the reason. */
  exceptions: Partial<Record<Rule, string>>;
  /** Whether it takes the place of what others run: one pod is what it has. */
  isStandIn: boolean;
}

/** All that is wrong with a release, what is let be included. */
export function violationsOf(held: Held, settings: Settings): Violation[] {
  const found = Object.values(CHECKS).flatMap((check) => check(held, settings));
  return found.map(({ rule, where, what, todo, key }) => {
    return compact({
      rule,
      release: held.facts.release,
      owner: held.owner.name,
      where,
      what,
      key,
      todo:
        todo ??
        `Fix it, or say why it is acceptable: flotilla:${held.owner.kind}.${held.owner.name}.exceptions.${rule}`,
      excepted: held.exceptions[rule],
    });
  });
}

interface Found {
  rule: Rule;
  where: string;
  what: string;
  key?: string;
  todo?: string;
}

type Check = (held: Held, settings: Settings) => Found[];

/** Of each container with its workload. */
const containersOf = ({
  workloads,
}: ReleaseFacts): { workload: WorkloadFacts; container: ContainerFacts }[] =>
  workloads.flatMap((workload) => workload.containers.map((container) => ({ workload, container })));

const at = (workload: WorkloadFacts, container: ContainerFacts): string =>
  `${workload.object}, container ${container.name}`;

/** The most that a Secret may hold, in bytes (Kubernetes' MaxSecretSize). */
export const LARGEST_SECRET = 1024 * 1024;

const CHECKS: Record<string, Check> = {
  images(held, { allowedRegistries, requireDigests }) {
    return containersOf(held.facts).flatMap(({ workload, container }): Found[] => {
      const { repository, tag, digest } = partsOf(container.image);
      const where = at(workload, container);
      const key = imageKey(held, container);
      const found: Found[] = [];
      if (digest === undefined && (tag === undefined || tag === "latest"))
        found.push({
          rule: "moving-tag",
          where,
          what: `the image ${container.image} may be another one tomorrow`,
          todo: `Name its version, where the inventory or the stack names the image: ${key.image}`,
        });
      if (allowedRegistries.length > 0 && !allowedRegistries.some((allowed) => isBelow(repository, allowed)))
        found.push({
          rule: "registry",
          where,
          what: `the image ${container.image} does not come from ${allowedRegistries.join(", ")}`,
          key: "flotilla:allowedRegistries",
          todo: `Add a mirror (flotilla:registryMirrors), another image (${key.image}), or the registry to flotilla:allowedRegistries.`,
        });
      if (requireDigests && digest === undefined)
        found.push({
          rule: "digest",
          where,
          what: `the image ${container.image} has no digest`,
          key: "flotilla:requireDigests",
          todo: `Name it: ${key.digest}`,
        });
      return found;
    });
  },

  resources: ({ facts }) =>
    containersOf(facts).flatMap(({ workload, container }) => {
      const { requests, limits } = container;
      if (requests === undefined || limits === undefined) return [];
      const missing = [
        ...(requests.cpu === undefined ? ["requests.cpu"] : []),
        ...(requests.memory === undefined ? ["requests.memory"] : []),
        ...(limits.memory === undefined ? ["limits.memory"] : []),
      ];
      if (missing.length === 0) return [];
      return [
        { rule: "resources", where: at(workload, container), what: `it has no ${missing.join(", no ")}` },
      ];
    }),

  probes: ({ facts }) =>
    containersOf(facts).flatMap(({ workload, container }) => {
      // A helper beside others that listens on nothing has nothing to be asked.
      const others = workload.containers.filter(({ isInit, name }) => !isInit && name !== container.name);
      const isHelper = container.listens === false && others.some(({ listens }) => listens);
      if (!workload.runsOn || container.isInit || isHelper) return [];
      const missing = [
        ...(container.hasReadiness === false ? ["readiness"] : []),
        ...(container.hasLiveness === false ? ["liveness"] : []),
      ];
      if (missing.length === 0) return [];
      return [
        {
          rule: "probes",
          where: at(workload, container),
          what: `it has no ${missing.join(" and no ")} probe`,
        },
      ];
    }),

  budget({ facts }, { environment }) {
    const blocking = facts.budgets.flatMap((budget): Found[] => {
      const workload = facts.workloads.find(({ object }) => object === budget.workload);
      if (!workload || staysAtLeast(budget, workload.pods) < workload.pods) return [];
      return [
        {
          rule: "budget",
          where: budget.object,
          what: `it lets none of ${workload.pods} pod${workload.pods === 1 ? "" : "s"} go: no node could be drained`,
        },
      ];
    });
    if (environment !== "prod") return blocking;
    // Values do not tell of budgets that the chart makes by itself; objects do, and only they know of the spread.
    const bare = facts.workloads.filter(
      ({ object, pods, runsOn, isSpread }) =>
        runsOn &&
        pods > 1 &&
        isSpread !== undefined &&
        !facts.budgets.some(({ workload }) => workload === object),
    );
    return [
      ...blocking,
      ...bare.map(
        ({ object, pods }): Found => ({
          rule: "budget",
          where: object,
          what: `a drain of nodes may take all ${pods} pods at once: no disruption budget counts them`,
        }),
      ),
    ];
  },

  replicas({ facts, owner, isStandIn }, settings) {
    // How many pods a store has is its profile, which a stack names.
    if (settings.environment !== "prod" || isStandIn || owner.kind === "stores") return [];
    return (
      facts.workloads
        // One that is stopped has none, and somebody said so.
        .filter(({ runsOn, pods }) => runsOn && pods > 0 && pods < 3)
        .map(({ object, pods }) => ({
          rule: "replicas",
          where: object,
          what: `prod needs at least three pods, it has ${pods}`,
          key: podsKey(settings, owner.name),
          todo: `Raise it, or say why fewer are enough: flotilla:services.${owner.name}.exceptions.replicas`,
        }))
    );
  },

  spread({ facts }, { environment }) {
    if (environment !== "prod") return [];
    return facts.workloads
      .filter(({ runsOn, pods, isSpread }) => runsOn && pods > 1 && isSpread === false)
      .map(({ object }) => ({ rule: "spread", where: object, what: "all its pods may be on one node" }));
  },

  nodePorts: ({ facts }) =>
    facts.nodePorts.map((service) => ({
      rule: "node-port",
      where: service,
      what: "it opens a port of every node",
    })),

  size: ({ facts: { release, bytes = 0 }, owner }) =>
    bytes <= LARGEST_SECRET
      ? []
      : [
          {
            rule: "release-size",
            where: `release ${release}`,
            what: `Helm's Secret of it would hold ${Math.round(bytes / 1024)} KiB, and a Secret may hold 1024`,
            todo: `Make its files smaller: put what is large into the image or a volume. Or say why it is counted wrongly: flotilla:${owner.kind}.${owner.name}.exceptions.release-size`,
          },
        ],

  literals: ({ facts, owner }, settings) =>
    facts.literals.flatMap(({ where, name, value }) => {
      const looks = secretLike(name, value);
      if (looks === undefined) return [];
      return [
        {
          rule: "plain-secret",
          where,
          ...(isOverride(settings, owner.name, name)
            ? { key: `flotilla:services.${owner.name}.env.${name}` }
            : {}),
          // What it is may be the secret.
          what: `its value looks like ${looks}`,
          todo: `A password belongs to an account of the inventory, or under flotilla:credentials; if it is not one: flotilla:${owner.kind}.${owner.name}.exceptions.plain-secret`,
        },
      ];
    }),
};

/** Where a stack can say another image of a container. */
function imageKey(
  { facts, owner }: Held,
  { isInit, name }: ContainerFacts,
): { image: string; digest: string } {
  if (isInit && /^wait(-for-|$)/.test(name))
    return { image: "flotilla:waitImage", digest: "flotilla:waitImage.digest" };
  const loader = facts.release.startsWith(`${owner.name}-load-`)
    ? facts.release.slice(`${owner.name}-load-`.length)
    : undefined;
  const own = `flotilla:${owner.kind}.${owner.name}`;
  if (loader !== undefined)
    return { image: `${own}.loaders.${loader}`, digest: `${own}.loaders.${loader}.digest` };
  const isMain = name === owner.name || owner.kind === "services" || facts.kind === "job";
  return {
    image: owner.kind === "stores" ? "flotilla:storeImages" : `${own}.repository`,
    digest: isMain ? `${own}.digest` : "flotilla:storeImages.digests, by the image's name",
  };
}

/** The setting that decides how many pods a service has. */
function podsKey(settings: Settings, name: string): string {
  const overrides = own(settings.services, name);
  if (overrides?.replicas !== undefined) return `flotilla:services.${name}.replicas`;
  if (overrides?.autoscaling !== undefined) return `flotilla:services.${name}.autoscaling`;
  return typeof settings.autoscaling === "object" ? "flotilla:autoscaling" : "flotilla:replicas";
}

/** Whether the stack sets a variable of a service. */
const isOverride = (settings: Settings, service: string, variable: string): boolean =>
  own(own(settings.services, service)?.env ?? {}, variable) !== undefined;

/** Pods that a budget keeps. */
function staysAtLeast({ minAvailable, maxUnavailable }: BudgetFacts, pods: number): number {
  if (minAvailable !== undefined) return amountOf(minAvailable, pods);
  return pods - (maxUnavailable === undefined ? 1 : amountOf(maxUnavailable, pods));
}

/** A number, or a percentage, which Kubernetes rounds up. */
const amountOf = (value: number | string, pods: number): number =>
  typeof value === "string" && value.endsWith("%")
    ? Math.ceil((Number.parseInt(value, 10) / 100) * pods)
    : Number(value);

/** Whether a repository is in a registry, or below a path of it. */
function isBelow(repository: string, allowed: string): boolean {
  const { registry, path } = splitRepository(repository);
  const full = `${registry}/${path}`;
  return full === allowed || full.startsWith(`${allowed}/`);
}

function partsOf(image: string): { repository: string; tag?: string; digest?: string } {
  const [named = "", digest] = image.split("@");
  const colon = named.lastIndexOf(":");
  const hasTag = colon > named.lastIndexOf("/");
  const repository = hasTag ? named.slice(0, colon) : named;
  const tag = hasTag ? named.slice(colon + 1) : "";
  return compact({ repository, tag: tag === "" ? undefined : tag, digest });
}

/** What a service or store is excepted from: by the stack, and by what the inventory gives a reason for. */
export function exceptionsOf(
  settings: Settings,
  owner: Held["owner"],
  inventory: Partial<Record<Rule, string>>,
): Partial<Record<Rule, string>> {
  return { ...inventory, ...own(settings[owner.kind], owner.name)?.exceptions };
}
