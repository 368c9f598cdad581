/** Reporting of problems, and shared checks. */
import { findCycle, own } from "../graph";
import { DNS_LABEL, MAX_RELEASE_NAME } from "../names";

/** Reports a problem: where in the inventory, what is wrong, what to do. */
export type Report = (where: string, what: string, todo: string) => void;

/** Checks the name of a release. */
export function checkName(where: string, name: string, report: Report, limit = MAX_RELEASE_NAME): void {
  if (name.length > limit)
    report(
      where,
      `the release name has ${name.length} characters; ${limit === MAX_RELEASE_NAME ? "Helm" : `a ${where.split(" ")[0]}`} allows ${limit}`,
      "Use a shorter name.",
    );
  else if (!DNS_LABEL.test(name))
    report(
      where,
      "the name is not a DNS label",
      "Use lower-case letters, digits and hyphens, starting with a letter.",
    );
  else if (own(NAMESPACE_OBJECTS, name))
    report(
      where,
      `the namespace already has ${own(NAMESPACE_OBJECTS, name)} with this name`,
      "Use another name.",
    );
}

/** Names of objects that exist in a namespace before the releases, which create objects of the same kinds. */
const NAMESPACE_OBJECTS: Record<string, string> = {
  default: "a ServiceAccount",
  "default-deny": "a NetworkPolicy",
};

/** Reports a cycle in the `needs` of stores or loaders. */
export function checkCycle(
  what: string,
  record: Record<string, { needs?: string[] }>,
  where: (name: string) => string,
  report: Report,
): void {
  const cycle = findCycle(
    Object.fromEntries(Object.entries(record).map(([name, { needs }]) => [name, needs ?? []])),
  );
  if (cycle)
    report(
      where(cycle[0] as string),
      `the \`needs\` of ${what} form a cycle: ${cycle.join(" -> ")}`,
      "Remove one of them from `needs`: none of them could start first.",
    );
}

/** Checks keys of accounts, which become parts of Secret keys, credentials and environment variables. */
export function checkAccountKeys(where: string, accounts: readonly string[], report: Report): void {
  for (const account of accounts)
    if (!/^[a-z][a-z0-9]{0,30}$/.test(account))
      report(
        `${where}, account "${account}"`,
        "the key must be at most 31 lower-case letters and digits, starting with a letter",
        `The key is only used in the inventory, as in password(store, "app"). The user of the store is \`username\`, which can have hyphens.`,
      );
}
