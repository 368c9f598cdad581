/** What there is to see of a stack whose update was broken off, and what can be done about it. */
import type { Owner } from "../../../src/plan/labels";
import type { Lock } from "../../stack/locks";
import type { LiveRelease } from "../../stack/releases";
import type { ExportedResource, ExportedState } from "../state";

export interface Situation {
  locks: readonly Lock[];
  state: ExportedState;
  /** Helm's releases in the stack's namespace. */
  live: Readonly<Record<string, LiveRelease>>;
  /** Newest revision that was good, of releases that have none deployed. */
  good: Readonly<Record<string, number>>;
  /** Whether a lock would be seen: in a bucket none is. */
  seesLocks: boolean;
  /** How the last update of the stack ended; none before the first. */
  lastResult?: string;
  /**
   * When the last update began, in milliseconds, if it did not end well: what Flotilla has installed since then and the state
   * does not know is of that update. 0 where the state was restored; none where all ended well.
   */
  since?: number;
  /** The objects that pending operations were making, by URN: whether the cluster has them. */
  exists: Readonly<Record<string, boolean>>;
  /** What the state has and the cluster has lost. Default: nothing. */
  lost?: readonly ExportedResource[];
  /** The stack's namespace in the state, where the cluster has another one of that name. Default: it is the same. */
  recreated?: ExportedResource;
  /** The other stack that the namespace belongs to. Default: it is this stack's. */
  stranger?: Owner;
  /** What is marked to be created again, although the cluster has it. Default: nothing. */
  marked?: readonly ExportedResource[];
}

export type Action =
  /** The locks that were seen; another one is not released. */
  | { do: "unlock"; held: string[] }
  /** Helm puts the last good revision back. */
  | { do: "rollback"; release: string; namespace: string; to: number }
  /** Helm removes what an installation that never succeeded has left; volume claims stay. */
  | { do: "uninstall"; release: string; namespace: string }
  /** `pulumi refresh`, which also imports the resources that were being created. */
  | { do: "refresh"; targets: string[]; imports: Import[] }
  /** Pulumi forgets the operations that were under way, and the next update updates these again, whatever the state says of them. */
  | { do: "forget"; again: string[] }
  /** The state forgets what an earlier replacement left to be deleted. Nothing is deleted in a cluster. */
  | { do: "drop"; urns: string[] }
  /** The next update creates again what the cluster has lost. */
  | { do: "reinstall"; urns: string[] }
  /** What the cluster has is no longer marked to be created again. */
  | { do: "unmark"; urns: string[] };

/** What Pulumi was making and the cluster has: its URN, and the id it has there. */
export interface Import {
  urn: string;
  id: string;
}

/** One thing that an update has left: what is found of it, and what follows from that. */
export interface Part {
  /** What has happened, in words. */
  found?: string[];
  /** What is done about it, in words and in order. */
  will?: string[];
  actions?: Action[];
  imports?: Import[];
  /** URNs of what Pulumi has to look at. */
  targets?: string[];
  /**
   * URNs of what the state may be wrong about: a refresh adds what a release has come to have, and takes nothing away of what it
   * no longer has (values are merged in the provider's Read), and a difference that a failed update has left is one no more.
   */
  again?: string[];
  /** Releases that run, are the stack's, and are not in its state. */
  unknown?: string[];
  /** Releases of which Helm has no good revision left. */
  beyondHelp?: string[];
}

/** What parts say of one thing, in their order. */
export const allOf = <Key extends keyof Part>(parts: readonly Part[], key: Key): NonNullable<Part[Key]> =>
  parts.flatMap((part): unknown[] => part[key] ?? []) as NonNullable<Part[Key]>;
