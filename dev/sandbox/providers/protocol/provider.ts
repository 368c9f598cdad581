/** What a provider has to do, in terms of properties: the server turns requests into calls of these. */
import type { Change } from "./difference";
import type { Properties } from "./property";

/** What a provider does for one resource. Types are Pulumi's tokens. */
export interface Provider {
  /** Name of the plugin it stands in for. */
  name: string;
  version: string;
  /** Compares the provider's own inputs, before they are handed to `configure`. */
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
  /** Undefined when the resource is gone. Of one that no state knows (an import) the inputs are found as well. */
  read(type: string, id: string, state: Properties, call: Call): Promise<Found | undefined>;
  delete(type: string, id: string, state: Properties, call: Call): Promise<void>;
  /** The user pressed Ctrl-C. */
  cancel?(): void;
}

/** Of one resource: what it is called, and how the user is told of it. */
export interface Call {
  urn: string;
  warn(message: string): void;
  /** Shown beside the resource until the next one comes. */
  status(message: string): void;
}

export interface Found {
  state: Properties;
  /** Default: those that are known. */
  inputs?: Properties;
}

export interface Checked {
  inputs: Properties;
  failures?: { property: string; reason: string }[];
}

export interface Difference {
  changes: Record<string, Change>;
  /** Paths whose change takes a new resource. */
  replaces: string[];
  /** Whether the old one must be gone before there is a new one. */
  deleteBeforeReplace?: boolean;
}

/** Of a provider's own inputs, by their names. */
export interface ConfigDifference {
  changed: string[];
  /** Those whose change takes another provider, and all of its resources with it. */
  replaces: string[];
}

/** The resource exists but is not what was asked for: the engine keeps it, marked as failed, and tries again. */
export class InitializationError extends Error {
  constructor(
    message: string,
    readonly id: string,
    readonly state: Properties,
  ) {
    super(message);
  }
}
