/** The facts about each kind of store that the checks and the graph of an inventory need. The kinds are in `src/plan/stores`. */
import type { Resources, StoreKind } from "./application";

/** What a kind of store takes as the name of a user or database. */
export interface NameRule {
  /** Longest name, in characters. Default: 64. */
  max?: number;
  /** Names that the store or its charts have themselves. Default: none. */
  reserved?: RegExp;
  /** Whether a name can have dots. Default: true. */
  dots?: boolean;
  /** Whether two names that differ by case only are refused. Default: false. */
  ignoresCase?: boolean;
}

/** Facts about a kind of store. */
export interface StoreFacts {
  /** The port that clients connect to. */
  port: number;
  /** The protocol of that port, and its name. */
  protocol: string;
  /** Suffixes that its charts add to the store's name for their Services, in all distributions and profiles. */
  serviceSuffixes: readonly string[];
  /** The logins of its clients: its only user, exactly one account, or at least one account. */
  logins: "default user" | "one account" | "accounts";
  /** Whether it can run without a password. */
  mayLackPassword: boolean;
  /** Whether each account owns a database. */
  hasDatabases: boolean;
  /** The names of its users and databases. Default: those of `NameRule`. */
  users?: NameRule;
  databases?: NameRule;
  /** Whether users in different databases can have the same name. */
  hasUsersPerDatabase: boolean;
  /** Whether a user has one password only, so that each generation of a password is a new user next to the old one. */
  renamesUsers: boolean;
  /** Default requests and limits. Robot Shop's stores ran with them on a real node. */
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
    throw new Error(
      `there is no kind of store ${kind}: src/plan/stores/registry.ts has those that there are`,
    );
  return facts;
}
