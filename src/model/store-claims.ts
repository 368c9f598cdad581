/** The volume claims of stores, by their names: the charts of stores name the claims of their StatefulSets. */

const CLAIM = /^(?:data|datadir|redis-data)-(.+)-[0-9]+$/;

/** What the charts append to the name of a replicated store. */
const ROLE = /-(?:master|node|replicas|primary|secondary)$/;

/** Returns the names of the stores whose claim this could be: one, or two if it ends like the name of a role. */
export function storesOfClaim(claim: string): string[] {
  const [, name] = CLAIM.exec(claim) ?? [];
  if (name === undefined) return [];
  return ROLE.test(name) ? [name, name.replace(ROLE, "")] : [name];
}
