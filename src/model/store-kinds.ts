/** What an inventory's checks and graph have to know of each kind of store. The kinds themselves are in `src/plan/stores`. */
import type { Resources, StoreKind } from "./application";

export interface StoreFacts {
  /** The port that clients connect to. */
  port: number;
  /** What is spoken there; also the name of the port. */
  protocol: string;
  /** What its charts append to its name for their Services, in either distribution and any profile. */
  serviceSuffixes: readonly string[];
  /** Whom clients log in as: the one user that it has by itself, exactly one account, or one account or more. */
  logins: "default user" | "one account" | "accounts";
  /** Whether it can run without a password. */
  mayLackPassword: boolean;
  /** Whether each account owns a database. */
  hasDatabases: boolean;
  /** Whether users of one name may be in several databases. */
  hasUsersPerDatabase: boolean;
  /** Whether its users have one password each, so that each generation of a password is a new user beside the old one. */
  renamesUsers: boolean;
  /** Requests and limits of a store that has none of its own: those that Robot Shop's stores ran with on a real node. */
  resources: Resources;
}

const kinds = new Map<StoreKind, StoreFacts>();

export const registerStoreFacts = (kind: StoreKind, facts: StoreFacts): void => {
  kinds.set(kind, facts);
};

/** The kinds that are registered. */
export const knownKinds = (): StoreKind[] => [...kinds.keys()];

/** @throws Error for a kind that nobody has registered. */
export function factsOf(kind: StoreKind): StoreFacts {
  const facts = kinds.get(kind);
  if (!facts)
    throw new Error(
      `there is no kind of store ${kind}: src/plan/stores/registry.ts has those that there are`,
    );
  return facts;
}
