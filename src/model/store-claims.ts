/** Finds the store that a volume claim belongs to, by the claim's name. */

const CLAIM = /^(?:data|datadir|redis-data)-(.+)-[0-9]+$/;

/** What the charts append to the name of a replicated store. */
const ROLE = /-(?:master|node|replicas|primary|secondary)$/;

/** Returns the stores that the claim could belong to: two if the name ends like a role, such as `-master`. */
export function storesOfClaim(claim: string): string[] {
  const [, name] = CLAIM.exec(claim) ?? [];
  if (name === undefined) return [];
  return ROLE.test(name) ? [name, name.replace(ROLE, "")] : [name];
}
