/** The interface of a provider in terms of properties. The server translates requests to these calls. */
import type { Change } from "./difference";
import type { Properties } from "./property";

/** A provider. Types are Pulumi's type tokens. */
export interface Provider {
  /** Name of the plugin that it replaces. */
  name: string;
  version: string;
  /** Compares the provider's own inputs, before they are passed to `configure`. */
  diffConfig?(olds: Properties, news: Properties): ConfigDifference;
  /** Called once with the provider's own inputs. */
  configure?(inputs: Properties): void | Promise<void>;
  check(type: string, name: string, olds: Properties, news: Properties): Promise<Checked>;
  diff(type: string, oldInputs: Properties, news: Properties): Difference;
  create(
    type: string,
    news: Properties,
    preview: boolean,
    call: Call,
  ): Promise<{ id: string; state: Properties }>;
  update(
    type: string,
    id: string,
    state: Properties,
    news: Properties,
    preview: boolean,
    call: Call,
  ): Promise<Properties>;
  /** Returns undefined if the resource does not exist. For an import, with an empty state, it returns inputs as well. */
  read(type: string, id: string, state: Properties, call: Call): Promise<Found | undefined>;
  delete(type: string, id: string, state: Properties, call: Call): Promise<void>;
  /** Called when the user presses Ctrl-C. */
  cancel?(): void;
}

/** The URN of a resource, and how to send messages about it. */
export interface Call {
  urn: string;
  warn(message: string): void;
  /** Shown next to the resource until the next status. */
  status(message: string): void;
}

export interface Found {
  state: Properties;
  /** Default: the known inputs. */
  inputs?: Properties;
}

export interface Checked {
  inputs: Properties;
  failures?: { property: string; reason: string }[];
}

export interface Difference {
  changes: Record<string, Change>;
  /** Paths whose change replaces the resource. */
  replaces: string[];
  /** Whether the old resource must be deleted before the new one is created. */
  deleteBeforeReplace?: boolean;
}

/** Differences of the provider's own inputs, by name. */
export interface ConfigDifference {
  changed: string[];
  /** Inputs whose change replaces the provider and all its resources. */
  replaces: string[];
}

/** The resource exists but failed: the engine keeps it in the state, marked as failed, and retries. */
export class InitializationError extends Error {
  constructor(
    message: string,
    readonly id: string,
    readonly state: Properties,
  ) {
    super(message);
  }
}
