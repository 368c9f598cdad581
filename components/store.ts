import * as pulumi from "@pulumi/pulumi";
import { PREFIX } from "../src/config/prefix";
import { locate, type StackConfig, type StackSettings } from "../src/config/settings";
import { own } from "../src/model/graph";
import { FlotillaError, refuse } from "../src/model/problems";
import type { WrittenStore } from "../src/model/written";
import { createAppContext } from "../src/plan/context";
import { credentialName, fixedValues, internalAccounts } from "../src/plan/credentials";
import { composePart } from "../src/plan/part";
import type { StoreOutputs } from "../src/plan/plan";
import { programRemedies } from "../src/plan/remedies";
import { type StoreShape, shapeOf } from "../src/plan/stores/shape";
import { resourcesOf } from "../src/runtime/own-resources";
import { readResources } from "../src/runtime/read-deployed";
import { COMPONENT_TYPES } from "../src/runtime/resource-types";
import { releaseNamespace, stateIn } from "../src/runtime/state";
import { building, refusalOf } from "./building";
import { chartsForProgram, warnedOf } from "./charts";
import { claimNames } from "./claims";
import { clientsOf, type PartArgs, readPart } from "./part";
import { requireNamedCluster } from "./prod-cluster";
import { createCredentials, createReleases } from "./resources";

/** The arguments of a `Store`. */
export interface StoreArgs extends PartArgs {
  /** The store: kind, accounts, size of the volume. */
  store: WrittenStore;
  /**
   * Names of the microservices in the namespace that connect to the store. The network policy denies all others.
   * @default none
   */
  clients?: readonly string[];
}

/** The result of `build`: the outputs, and the passwords by name. */
interface Built {
  outputs: StoreOutputs;
  passwords: Readonly<Record<string, pulumi.Output<string>>>;
}

/**
 * A database or queue as a Helm release, with its generated passwords, its Secret, and the Jobs that create its accounts and
 * load its first data. Its name, a DNS label, is the name of the release and of the host.
 *
 * Release, Secret and passwords are protected: to delete the store, run `pulumi state unprotect` first. Volumes are retained.
 * Passwords cannot be rotated; use an `Application` for that.
 *
 * @throws pulumi.RunError with every problem of the arguments, before anything is deployed.
 */
export class Store extends pulumi.ComponentResource<Built> {
  /** The arguments, which microservices that use the store read. */
  public readonly args: StoreArgs;
  /** The name of the component, its release and its host. */
  public readonly name: string;
  private readonly shape: StoreShape;

  constructor(name: string, args: StoreArgs, opts?: pulumi.ComponentResourceOptions) {
    const shape = shapeIn(name, args);
    super(COMPONENT_TYPES.store, name, {}, opts);
    requireNamedCluster(this, args.settings.environment, whereOf(name));
    this.name = name;
    this.args = args;
    this.shape = shape;
  }

  /** Host, port, profile, and the name of the Secret, known after the state is read. */
  public get outputs(): pulumi.Output<StoreOutputs> {
    return pulumi.output(this.getData().then(({ outputs }) => outputs));
  }

  /** Returns the name of an account's password in plans. */
  public credential(account: string): string {
    return credentialName(this.shape, account);
  }

  /** Names of the accounts with a password: from the arguments, and internal ones. */
  public get accounts(): string[] {
    return [...internalAccounts(this.shape), ...Object.keys(this.shape.store.accounts ?? {})];
  }

  /** Returns the password of an account, as a secret. @throws pulumi.RunError if the store has no such account. */
  public password(account: string): pulumi.Output<string> {
    if (!this.accounts.includes(account))
      throw new pulumi.RunError(
        `Store "${this.name}" has no account "${account}". It has ${this.accounts.join(", ") || "none"}.`,
      );
    const name = this.credential(account);
    const value = this.getData().then(({ passwords }) => own(passwords, name) as pulumi.Output<string>);
    return pulumi.secret(pulumi.output(value));
  }

  /** The profile: `standalone` or `replicated`. */
  public get profile(): StoreShape["profile"] {
    return this.shape.profile;
  }

  protected override initialize(): Promise<Built> {
    return building(
      () => whereOf(this.name),
      () => this.build(),
    );
  }

  private async build(): Promise<Built> {
    const { name, args } = this;
    const resources = resourcesOf(await readResources(), COMPONENT_TYPES.store, name);
    const state = stateIn(resources);
    refuseMove(name, args, releaseNamespace(resources, name));
    const { config, read } = readStore(name, args);
    const { planned } = composePart(
      config,
      read,
      { charts: chartsForProgram(), remedies: programRemedies, ...state },
      name,
    );
    const planArgs = {
      plan: planned,
      fixed: fixedValues(read.application, planned.credentials),
      unreadableCharts: await warnedOf(planned, this),
    };
    const credentials = createCredentials(this, name, planArgs, []);
    createReleases(this, planArgs, credentials, { secrets: [], releases: [] }, name);
    const outputs = own(planned.outputs.stores, name) as StoreOutputs;
    this.registerOutputs(outputs);
    return { outputs, passwords: credentials.values };
  }
}

const whereOf = (name: string): string => `arguments of Store "${name}"`;

/** Reads the settings and the inventory of the store with its clients. @throws FlotillaError with every problem. */
function readStore(name: string, args: StoreArgs): { config: StackConfig; read: StackSettings } {
  const { store, clients = [], settings } = args;
  const described = { stores: { [name]: store }, services: clientsOf(clients, name) };
  const { config, read } = readPart(whereOf(name), args, described);
  const { generation = 1 } = own(settings.stores ?? {}, name) ?? {};
  if (generation > 1)
    throw locate(
      new FlotillaError([
        {
          where: `${PREFIX}:stores.${name}.generation`,
          what: "passwords of a Store cannot be rotated, because services that use them would have to change between two Jobs",
          todo: "Remove it, or deploy the store and its services with an Application.",
        },
      ]),
      config,
      read.origins,
    );
  return { config, read };
}

/** Refuses another namespace for a deployed store. @throws FlotillaError that names both namespaces. */
function refuseMove(name: string, { namespace }: StoreArgs, there: string | undefined): void {
  if (there === undefined || there === namespace) return;
  refuse([
    {
      where: `${whereOf(name)}: namespace`,
      what: `the store is deployed in namespace ${there}; in ${namespace} it would start with an empty volume`,
      todo: `Set it to ${there}. To move the data, create a second Store with another name, and copy the data.`,
    },
  ]);
}

/** Returns the shape of the store. @throws pulumi.RunError with every problem of the arguments. */
function shapeIn(name: string, args: StoreArgs): StoreShape {
  try {
    const { config, read } = readStore(name, args);
    claimNames("Store", name, composePart(config, read, { charts: chartsForProgram() }, name).planned);
    return shapeOf(createAppContext(read.application, read.settings), name);
  } catch (error) {
    throw refusalOf(whereOf(name), error);
  }
}
