/** The facts about each kind of store that checks and the graph of an inventory need. The kinds are in `src/plan/stores`. */
import type { Resources, StoreKind } from "./application";

/** The rule for names of users or databases in a kind of store. */
export interface NameRule {
  /** Longest name, in characters. Default: 64. */
  max?: number;
  /** Names that the store or its charts use themselves. Default: none. */
  reserved?: RegExp;
  /** Whether a name can have dots. Default: true. */
  dots?: boolean;
  /** Whether two names that differ only by case are refused. Default: false. */
  ignoresCase?: boolean;
}

/** Facts about a kind of store. */
export interface StoreFacts {
  /** The port that clients connect to. */
  port: number;
  /** The protocol of that port, and the port's name. */
  protocol: string;
  /** Suffixes that charts add to the store's name for Services, in all distributions and profiles. */
  serviceSuffixes: readonly string[];
  /** The logins of clients: the only user, exactly one account, or at least one account. */
  logins: "default user" | "one account" | "accounts";
  /** Whether the store can run without a password. */
  mayLackPassword: boolean;
  /** Whether each account owns a database. */
  hasDatabases: boolean;
  /** The rules for names of users and databases. Default: the defaults of `NameRule`. */
  users?: NameRule;
  databases?: NameRule;
  /** Whether users in different databases can have the same name. */
  hasUsersPerDatabase: boolean;
  /** Whether a user can only have one password, so that a rotation creates a new user next to the old one. */
  renamesUsers: boolean;
  /** Default requests and limits, measured with Robot Shop's stores on a real node. */
  resources: Resources;
}

const kinds = new Map<StoreKind, StoreFacts>();

/** Adds the facts about a kind of store. */
export const registerStoreFacts = (kind: StoreKind, facts: StoreFacts): void => {
  kinds.set(kind, facts);
};

/** Returns the registered kinds. */
export const knownKinds = (): StoreKind[] => [...kinds.keys()];

/** Returns the facts about a kind of store. @throws Error if the kind is not registered. */
export function factsOf(kind: StoreKind): StoreFacts {
  const facts = kinds.get(kind);
  if (!facts)
    throw new Error(`unknown kind of store ${kind}: it is not registered in src/plan/stores/registry.ts`);
  return facts;
}
