/** How checks of an inventory report problems, and checks that several of them share. */
import { findCycle, own } from "../graph";
import { DNS_LABEL, MAX_RELEASE_NAME } from "../names";

/** Takes a problem: where in the inventory, what is wrong, what to do. */
export type Report = (where: string, what: string, todo: string) => void;

/** Checks the name of a release. */
export function checkName(where: string, name: string, report: Report, limit = MAX_RELEASE_NAME): void {
  if (name.length > limit)
    report(
      where,
      `the release name has ${name.length} characters, ${limit === MAX_RELEASE_NAME ? "Helm" : "a store"} allows ${limit}`,
      "Give it a shorter name.",
    );
  else if (!DNS_LABEL.test(name))
    report(
      where,
      "the name is not a DNS label",
      "Use lower-case letters, digits and hyphens, starting with a letter.",
    );
  else if (own(OF_THE_NAMESPACE, name))
    report(where, `the namespace has ${own(OF_THE_NAMESPACE, name)} of this name`, "Give it another name.");
}

/** Names of objects that a namespace has before its releases, which have objects of the same kinds. */
const OF_THE_NAMESPACE: Record<string, string> = {
  default: "a ServiceAccount",
  "default-deny": "a NetworkPolicy",
};

/** Reports stores or loaders that need each other in a circle. */
export function checkCircle(
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
      `the ${what} need each other in a circle: ${cycle.join(" -> ")}`,
      "Remove one of these from `needs`: none of them could ever be started first.",
    );
}

/** Checks keys of accounts, which become parts of Secret keys, credentials and environment variables. */
export function checkAccountKeys(where: string, accounts: readonly string[], report: Report): void {
  for (const account of accounts)
    if (!/^[a-z][a-z0-9]{0,30}$/.test(account))
      report(
        `${where}, account "${account}"`,
        "the key must be at most 31 lower-case letters and digits, and begin with a letter",
        `Only the inventory uses it, as in password(store, "app"). The user of the store is \`username\`, which can have a hyphen.`,
      );
}
