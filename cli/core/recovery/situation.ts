/** The situation of a stack after an interrupted update, and the actions that repair it. */
import type { Owner } from "../../../src/plan/labels";
import type { Lock } from "../../stack/locks";
import type { LiveRelease } from "../../stack/releases";
import type { ExportedResource, ExportedState } from "../state";
import type { Unrecorded } from "./unrecorded";

export interface Situation {
  locks: readonly Lock[];
  state: ExportedState;
  /** Helm's releases in the stack's namespace. */
  live: Readonly<Record<string, LiveRelease>>;
  /** The newest successful revision of releases without a deployed one. */
  good: Readonly<Record<string, number>>;
  /** Whether locks are visible: in a bucket they are not. */
  seesLocks: boolean;
  /** The result of the stack's last update; undefined before the first. */
  lastResult?: string;
  /**
   * When the last update started, in milliseconds, if it did not succeed: releases that Flotilla has installed since then and the
   * state lacks are from that update. 0 if the state was restored, or if a first update that is in no history has created the
   * namespace; undefined if the update succeeded.
   */
  since?: number;
  /** Whether the cluster has the objects that pending operations were creating, by URN. */
  exists: Readonly<Record<string, boolean>>;
  /** Resources in the state that the cluster has lost. Default: none. */
  lost?: readonly ExportedResource[];
  /** The stack's namespace in the state, if the cluster has a different one of that name. Default: it is the same. */
  recreated?: ExportedResource;
  /** The other stack that the namespace belongs to. Default: it belongs to this one. */
  stranger?: Owner;
  /** Planned objects that the cluster has and the state does not, in a namespace that the stack has created. Default: none. */
  unrecorded?: readonly Unrecorded[];
  /** Resources marked for recreation although the cluster has them. Default: none. */
  marked?: readonly ExportedResource[];
}

export type Action =
  /** Releases the locks that were found, and no others. */
  | { do: "unlock"; held: string[] }
  /** Helm rolls back to the last successful revision. With `force`, it replaces objects, as the updates of this release do. */
  | { do: "rollback"; release: string; namespace: string; to: number; force?: true }
  /** Helm uninstalls a release that was never installed successfully; volume claims stay. */
  | { do: "uninstall"; release: string; namespace: string }
  /** `pulumi refresh`. */
  | { do: "refresh"; targets: string[] }
  /**
   * Adds what the interrupted update has created to the state, from the pending operations (`imports`) or the cluster
   * (`resources`), and marks `again` in the same edit, because it drops the pending operations.
   */
  | { do: "add"; imports: Import[]; resources: Addition[]; again: string[] }
  /** Clears the pending operations and marks resources for another update, whatever the state says about them. */
  | { do: "forget"; again: string[] }
  /** Removes from the state what an earlier replacement left for deletion. Nothing is deleted in a cluster. */
  | { do: "drop"; urns: string[] }
  /** Marks lost resources so that the next update recreates them. */
  | { do: "reinstall"; urns: string[] }
  /** Removes that mark from resources that exist again. */
  | { do: "unmark"; urns: string[] };

/** A resource that Pulumi was creating and the cluster has: its URN and its id. */
export interface Import {
  urn: string;
  id: string;
}

/** A resource to add that no pending operation names. */
export interface Addition {
  type: string;
  /** Name of the resource. */
  name: string;
  /** Its id, as the provider knows it. */
  id: string;
  /** URN of the component that it belongs to. */
  parent: string;
}

/** One finding after an interrupted update, and what follows from it. */
export interface Part {
  /** What has happened. */
  found?: string[];
  /** What will be done, in order. */
  will?: string[];
  actions?: Action[];
  imports?: Import[];
  additions?: Addition[];
  /** URNs of resources to refresh. */
  targets?: string[];
  /**
   * URNs of resources that the state may be wrong about even after a refresh: the provider's Read merges values, so that removed
   * ones stay, and the difference that a failed update left is no longer seen.
   */
  again?: string[];
  /** Objects and running releases of the stack that are missing from its state and cannot be imported. */
  unknown?: string[];
  /** Releases without any successful revision left in Helm. */
  beyondHelp?: string[];
}

/** The values of one key of all parts, in order. */
export const allOf = <Key extends keyof Part>(parts: readonly Part[], key: Key): NonNullable<Part[Key]> =>
  parts.flatMap((part): unknown[] => part[key] ?? []) as NonNullable<Part[Key]>;
