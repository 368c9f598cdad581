/**
 * Digests of the plans and manifests of every application in every environment, distribution and profile, recorded in
 * tests/fixtures/golden-plans.json. A refactoring does not change them.
 *
 * `npm run golden` compares; `-- --write` records; `-- --out <folder>` writes the texts, for `diff -r` between two commits.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { catalogue } from "../../apps";
import { inParallel } from "../../cli/tools/parallel";
import { PROJECT } from "../../cli/tools/paths";
import { DISTRIBUTIONS, ENVIRONMENTS } from "../../src/config/schema";
import { PROFILES } from "../../src/model/application";
import { FlotillaError } from "../../src/model/problems";
import type { Deployed } from "../../src/plan/deployed";
import { shortDigest } from "../../src/plan/digest";
import type { Plan, ReleasePlan } from "../../src/plan/plan";
import { configOf, planned } from "../environments";
import { deployedFrom } from "../unit/store-examples";
import { renderText } from "./render";

const FILE = join(PROJECT, "tests", "fixtures", "golden-plans.json");

/** The digest of a plan without its releases, and `<values> <manifests>` of each release; or the message if the plan is refused. */
export type Digests = { plan: string; releases: Record<string, string> } | { refused: string };

export type Golden = Record<string, Digests>;

/** The plans of each case: the first deployment, one with metrics, and the update that rotates every store's passwords. */
const VARIANTS = ["", "monitored", "rotating"] as const;

interface Case {
  name: string;
  plan?: Plan;
  refused?: string;
}

/** Returns a plan, or the message if it is refused. */
function planCase(
  application: string,
  [environment, distribution, profile, variant]: readonly [
    (typeof ENVIRONMENTS)[number],
    (typeof DISTRIBUTIONS)[number],
    (typeof PROFILES)[number],
    (typeof VARIANTS)[number],
  ],
): Case {
  const name = [application, environment, distribution, profile, variant].join(" ").trim();
  // A replicated redis and a store with passwords fixed by images cannot be rotated.
  const rotating = Object.entries(catalogue[application]?.stores ?? {}).filter(
    ([, { kind, noPassword, accounts = {} }]) =>
      noPassword === undefined &&
      (kind !== "redis" || profile === "standalone") &&
      (kind !== "rabbitmq" || Object.values(accounts).some(({ credential }) => "generated" in credential)),
  );
  const settings = {
    distribution,
    profile,
    charts: undefined,
    ...(variant === "monitored" ? { monitoring: { namespace: "monitoring" } } : {}),
  };
  // In addition to the stack's own store settings: a smaller volume would be refused.
  const own = (configOf(application, environment).stores ?? {}) as Record<string, object>;
  const rotated = {
    ...own,
    ...Object.fromEntries(rotating.map(([store]) => [store, { ...own[store], generation: 2 }])),
  };
  const of = (more: object, deployed?: Deployed) =>
    planned(application, environment, { ...settings, ...more }, deployed).plan;
  try {
    return { name, plan: variant === "rotating" ? of({ stores: rotated }, deployedFrom(of({}))) : of({}) };
  } catch (error) {
    if (error instanceof FlotillaError) return { name, refused: error.message };
    throw error;
  }
}

const cases = (): Case[] =>
  Object.keys(catalogue).flatMap((application) =>
    ENVIRONMENTS.flatMap((environment) =>
      DISTRIBUTIONS.flatMap((distribution) =>
        PROFILES.flatMap((profile) =>
          VARIANTS.map((variant) =>
            planCase(application, [environment, distribution, profile, variant] as const),
          ),
        ),
      ),
    ),
  );

/** Rendered texts by content: most releases are the same in several cases. */
const rendered = new Map<string, Promise<string>>();

/** Returns the manifests of a release of the project's own charts. */
function manifestsOf({ name, chart, values }: ReleasePlan, namespace: string): Promise<string> {
  if (!("path" in chart)) return Promise.resolve("");
  const key = JSON.stringify([name, namespace, chart.path, values]);
  const text = rendered.get(key) ?? renderText({ chart: chart.path, values, name, namespace });
  rendered.set(key, text);
  return text;
}

/** Returns all cases; `keep` receives every text. */
export async function golden(keep: (path: string, text: string) => void = () => {}): Promise<Golden> {
  const digests = await inParallel(cases(), async ({ name, plan, refused }): Promise<[string, Digests]> => {
    const folder = name.replaceAll(" ", "/");
    if (plan === undefined) {
      keep(`${folder}/refused.txt`, refused as string);
      return [name, { refused: shortDigest(refused as string) }];
    }
    const { releases, ...rest } = plan;
    const text = JSON.stringify(rest, undefined, 2);
    keep(`${folder}/plan.json`, text);
    const entries: [string, string][] = [];
    for (const release of Object.values(releases)) {
      const inputs = JSON.stringify(release, undefined, 2);
      const manifests = await manifestsOf(release, plan.namespace.name);
      keep(`${folder}/${release.name}.json`, inputs);
      keep(`${folder}/${release.name}.yaml`, manifests);
      entries.push([
        release.name,
        `${shortDigest(inputs)} ${manifests === "" ? "-" : shortDigest(manifests)}`,
      ]);
    }
    return [name, { plan: shortDigest(text), releases: Object.fromEntries(entries) }];
  });
  return Object.fromEntries(digests);
}

export const recorded = (): Golden => JSON.parse(readFileSync(FILE, "utf8"));

/** Returns the differences, one per line. */
export function differences(before: Golden, after: Golden): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    const [one, other] = [before[name], after[name]];
    if (JSON.stringify(one) === JSON.stringify(other)) return [];
    if (!one || !other) return [`${name}: only ${one ? "recorded" : "planned now"}`];
    if ("refused" in one || "refused" in other) return [`${name}: refused otherwise`];
    const releases = [...new Set([...Object.keys(one.releases), ...Object.keys(other.releases)])];
    const changed = releases.filter((release) => one.releases[release] !== other.releases[release]);
    return [`${name}: ${[...(one.plan === other.plan ? [] : ["plan"]), ...changed].join(", ")}`];
  });
}

async function main([flag, folder]: string[]): Promise<void> {
  const keep = (path: string, text: string) => {
    const file = join(folder as string, path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, `${text}\n`);
  };
  const now = await golden(flag === "--out" ? keep : undefined);
  if (flag === "--write") writeFileSync(FILE, `${JSON.stringify(now, undefined, 2)}\n`);
  const differing = differences(recorded(), now);
  process.stdout.write(
    differing.length === 0
      ? `${Object.keys(now).length} plans, as recorded.\n`
      : `${differing.join("\n")}\n${differing.length} of ${Object.keys(now).length} plans differ.\n`,
  );
  process.exitCode = differing.length === 0 ? 0 : 1;
}

if (require.main === module) void main(process.argv.slice(2));
