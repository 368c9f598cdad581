/** Finds the planned releases and objects of a stack that the cluster has and the state does not. */

import type { Store } from "../../../src/model/application";
import type { Problem } from "../../../src/model/problems";
import { generatedIn, passwordsOfStore, secretsOfStore } from "../../../src/plan/credentials/generated";
import { credentialsIn } from "../../../src/plan/credentials/secret-text";
import { valuesIn } from "../../../src/plan/credentials/secret-values";
import type { Plan, ReleasePlan } from "../../../src/plan/plan";
import { keepsPasswords, newStores } from "../../../src/runtime/leftover-claims";
import { stateIn } from "../../../src/runtime/state";
import { idOf } from "../../core/diff/manifests";
import { byUrn, nameOfUrn, RELEASE, releasesOf } from "../../core/state";
import { claimsOf, type LiveClaim, readClaims } from "../claims";
import { generatedValues } from "../comparison/guard-rails";
import { directObjects } from "../direct-objects";
import { existing } from "../existing";
import type { Kubectl } from "../kubectl";
import type { PlannedStack } from "../planning";
import type { LiveRelease } from "../releases";
import { readSecrets, type SecretObject } from "../secrets";

/** What the user allows. */
export interface AdoptionOptions {
  /** The id of the abandoned stack whose namespace is taken over. */
  givenUp?: string;
  /** Stores in whose data new passwords are set. */
  resetPassword?: readonly string[];
}

export interface Adoption {
  /** Releases to take over. */
  releases: ReleasePlan[];
  /** The ids of everything to import, by `<type>::<name>`. */
  ids: Record<string, string>;
  /** Passwords in use that the state does not have, by credential. */
  passwords: Record<string, string>;
  /** All passwords in a Secret or the state, by credential. */
  known: Record<string, string>;
  /** Why the adoption is not possible. */
  problems: Problem[];
  /** Releases to take over with passwords that are not found in the cluster. */
  lacking: Lacking[];
  /** Stores that would reuse old claims but have no Secret with the passwords anymore. */
  leftovers: Leftover[];
  namespace: string;
}

export interface Leftover {
  store: string;
  /** Names of the claims. */
  claims: string[];
  /** Credentials whose values are unknown. */
  missing: string[];
  /** All credentials of the store. */
  credentials: string[];
  /** The Secrets that they are read from. */
  secrets: { name: string; keys: string[] }[];
}

export interface Lacking {
  release: string;
  /** Credentials whose values are unknown. */
  missing: string[];
  /** Its Secret and the Secret's keys. */
  secret: string;
  keys: string[];
}

export async function findAdoption(
  { application, planned, resources }: PlannedStack,
  live: Readonly<Record<string, LiveRelease>>,
  kubectl: Kubectl,
): Promise<Adoption> {
  const known = releasesOf(resources);
  const releases = Object.values(planned.releases).filter(({ name }) => live[name] && !known.has(name));
  const namespace = planned.namespace.name;
  const secrets = await readSecrets(kubectl, namespace);
  const inState = new Set(resources.map(({ type, urn }) => `${type}::${nameOfUrn(urn)}`));
  const objects = await existingObjects(planned, kubectl);
  const ids = Object.fromEntries(
    [
      ...releases.map(({ name }) => [`${RELEASE}::${name}`, `${namespace}/${name}`] as const),
      ...objects,
    ].filter(([key]) => !inState.has(key)),
  );
  // A handmade Secret with a planned name must not replace the passwords that a deployed store was started with.
  const settled = new Set([...known.keys()].flatMap((release) => passwordsOfStore(planned, release)));
  const found = passwordsOf(planned, releases, live, secrets, generatedValues(resources), settled);
  const state = stateIn(byUrn(resources));
  const fresh = newStores(application, planned, state.deployed, state.deployedGuarded).filter(
    (store) =>
      keepsPasswords(application.stores[store] as Store) && !releases.some(({ name }) => name === store),
  );
  return {
    namespace,
    leftovers:
      fresh.length === 0
        ? []
        : leftoversOf(planned, fresh, await readClaims(kubectl, namespace), found.known),
    releases,
    ids,
    passwords: found.passwords,
    known: found.known,
    problems: releases.flatMap((release) => problemsOf(release, live[release.name])),
    lacking: found.lacking,
  };
}

function leftoversOf(
  planned: Plan,
  stores: readonly string[],
  claims: readonly LiveClaim[],
  known: Readonly<Record<string, string>>,
): Leftover[] {
  return stores.flatMap((store) => {
    const own = claimsOf(claims, store).map(({ name }) => name);
    const credentials = passwordsOfStore(planned, store);
    const missing = credentials.filter((name) => known[name] === undefined);
    const secrets = secretsOfStore(planned, store)
      .filter(([, secret]) => generatedIn(planned, secret).some((name) => missing.includes(name)))
      .map(([name, { keys }]) => ({ name, keys: Object.keys(keys) }));
    return own.length === 0 || missing.length === 0
      ? []
      : [{ store, claims: own, missing, credentials, secrets }];
  });
}

/** The ids of planned objects outside releases that the cluster has, by `<type>::<name>`. */
async function existingObjects(planned: Plan, kubectl: Kubectl): Promise<[string, string][]> {
  const objects = directObjects(planned);
  const found = new Set(
    await existing(
      kubectl,
      objects.map(({ object }) => object),
    ),
  );
  return objects.flatMap(({ type, name, object }) =>
    found.has(object) ? [[`${type}::${name}`, idOf(object)] as [string, string]] : [],
  );
}

/** Why a release cannot be taken over as it is. */
function problemsOf({ name, kind, chart }: ReleasePlan, live: LiveRelease | undefined): Problem[] {
  const where = `release ${name}`;
  const { newest, deployed } = live ?? {};
  if (!deployed || newest?.status !== "deployed")
    return [
      {
        where,
        what: `its newest revision is ${newest?.status}, so the running objects may differ from Helm's record`,
        todo: `Repair it with helm first: helm rollback ${name}, or helm upgrade.`,
      },
    ];
  const planned = ("path" in chart ? chart.path : chart.url)
    .split("/")
    .at(-1)
    ?.replace(/-[0-9].*$/, "");
  // A service may come from any chart, since only its pods matter. A store's data layout depends on its chart.
  return kind !== "store" || deployed.chart.name === planned
    ? []
    : [
        {
          where,
          what: `it was installed from chart ${deployed.chart.name}, and chart ${planned} stores data differently`,
          todo: 'Set flotilla:distribution to the distribution it was installed from, or move its data: docs/stores.md, "Moving to another profile or distribution".',
        },
      ];
}

/** Reads the passwords in use from their Secrets. */
export function passwordsOf(
  planned: Plan,
  releases: readonly ReleasePlan[],
  live: Readonly<Record<string, LiveRelease>>,
  secrets: readonly SecretObject[],
  inState: Readonly<Record<string, string>>,
  settled: ReadonlySet<string>,
): Pick<Adoption, "passwords" | "known" | "lacking"> {
  const passwords: Record<string, string> = {};
  for (const [secret, { owner, keys }] of Object.entries(planned.secrets)) {
    // Under the planned name, the name in the release's values, or the name that a store's chart uses.
    const isStore = planned.releases[owner]?.kind === "store";
    const names = [secret, ...(isStore ? [...existingSecrets(live[owner]?.newest.values), owner] : [])];
    const held = names.map(
      (name): Record<string, string> => secrets.find(({ metadata }) => metadata.name === name)?.data ?? {},
    );
    for (const [key, text] of Object.entries(keys)) {
      const values = held.flatMap(({ [key]: encoded }) =>
        encoded === undefined ? [] : [Buffer.from(encoded, "base64").toString("utf8")],
      );
      const read = values.map((value) => valuesIn(text, value)).find((known) => known !== undefined) ?? {};
      const found = Object.fromEntries(
        Object.entries(read).filter(([name]) => isStore || !settled.has(name) || inState[name] === undefined),
      );
      // A store's own Secret wins: the store was started with it.
      Object.assign(passwords, isStore ? found : { ...found, ...passwords });
    }
  }
  const isGenerated = (name: string) => planned.credentials[name]?.source === "generated";
  const lacking = Object.entries(planned.secrets).flatMap(([secret, { owner, keys }]): Lacking[] => {
    if (!releases.some(({ name, task }) => (task ?? name) === owner)) return [];
    const missing = [...new Set(Object.values(keys).flatMap(credentialsIn))].filter(
      (name) => isGenerated(name) && passwords[name] === undefined && inState[name] === undefined,
    );
    return missing.length === 0 ? [] : [{ release: owner, missing, secret, keys: Object.keys(keys) }];
  });
  // Passwords in the state may come from an interrupted adoption, while the store still has its own.
  const isToKeep = ([name, value]: [string, string]) => isGenerated(name) && inState[name] !== value;
  return {
    passwords: Object.fromEntries(Object.entries(passwords).filter(isToKeep)),
    known: { ...inState, ...passwords },
    lacking,
  };
}

/** The problems of releases that cannot be taken over because their passwords are unknown. */
export const lackingProblems = (
  lacking: readonly Lacking[],
  known: readonly string[],
  namespace: string,
): Problem[] =>
  lacking.flatMap(({ release, missing, secret, keys }) => {
    const unknown = missing.filter((name) => !known.includes(name));
    return unknown.length === 0
      ? []
      : [
          {
            where: `release ${release}`,
            what: `its passwords are missing (${unknown.join(", ")}); new ones would lock everyone out`,
            todo: `Put them into Secret ${secret} in namespace ${namespace}, with the keys ${keys.join(", ")}.`,
          },
        ];
  });

/** The names of Secrets that values refer to (`auth.existingSecret` and similar keys). */
function existingSecrets(values: unknown): string[] {
  if (typeof values !== "object" || values === null) return [];
  return Object.entries(values).flatMap(([key, value]) =>
    /^existing.*Secret/i.test(key) && typeof value === "string" ? [value] : existingSecrets(value),
  );
}
