/** Checks that no two services or stores have the same volume claim. */
import type { Application } from "../application";
import { claimName, keptVolumes } from "../volumes";
import type { Report } from "./report";

/** A claim, or the claims of all pods of a StatefulSet. */
interface Claims {
  /** The service and its volume. */
  owner: string;
  name: string;
  /** Whether the name is the prefix of numbered claims. */
  isNumbered: boolean;
}

/** Prefixes of the claims of stores, before the store's name. */
const OF_STORES = /^(data|datadir|redis-data)-/;

/** Checks the claims of all services. */
export function checkClaims({ services, stores }: Application, report: Report): void {
  const all = Object.entries(services).flatMap(([service, described]) =>
    keptVolumes(described).map(
      ([volume]): Claims => ({
        owner: `service ${service}, volume ${volume}`,
        name: described.workload === "StatefulSet" ? `${volume}-${service}` : claimName(service, volume),
        isNumbered: described.workload === "StatefulSet",
      }),
    ),
  );
  all.forEach((claims, index) => {
    const other = all.slice(0, index).find((earlier) => areSame(earlier, claims));
    if (other)
      report(
        claims.owner,
        `${other.owner} has the same volume claim, ${claims.name}`,
        "Rename one of the volumes.",
      );
    const store = Object.keys(stores).find((name) => isOfStore(claims, name));
    if (store !== undefined)
      report(claims.owner, `store ${store} has the same volume claim`, "Rename the volume.");
  });
}

const areSame = (one: Claims, other: Claims): boolean =>
  one.isNumbered === other.isNumbered ? one.name === other.name : withoutNumber(one) === withoutNumber(other);

/** Returns the name without a number at the end, if the claim could be one of numbered claims. */
const withoutNumber = ({ name, isNumbered }: Claims): string =>
  isNumbered ? name : /-[0-9]+$/.test(name) ? name.replace(/-[0-9]+$/, "") : `${name} (not numbered)`;

function isOfStore(claims: Claims, store: string): boolean {
  const name = withoutNumber(claims);
  const rest = name.replace(OF_STORES, "");
  return rest !== name && (rest === store || rest.startsWith(`${store}-`));
}
