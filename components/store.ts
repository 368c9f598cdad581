import * as pulumi from "@pulumi/pulumi";
import { locate, type StackConfig, type StackSettings } from "../src/config/settings";
import { own } from "../src/model/graph";
import { FlotillaError } from "../src/model/problems";
import type { WrittenStore } from "../src/model/written";
import { createAppContext } from "../src/plan/context";
import { credentialName, fixedValues, internalAccounts } from "../src/plan/credentials";
import { composePart } from "../src/plan/part";
import type { StoreOutputs } from "../src/plan/plan";
import { type StoreShape, shapeOf } from "../src/plan/stores/shape";
import { resourcesOf } from "../src/runtime/own-resources";
import { readResources } from "../src/runtime/read-deployed";
import { COMPONENT_TYPES } from "../src/runtime/resource-types";
import { stateIn } from "../src/runtime/state";
import { building, refusalOf } from "./building";
import { chartsForProgram, unreadableCharts } from "./charts";
import { clientsOf, type PartArgs, readPart } from "./part";
import { createCredentials, createReleases } from "./resources";

export interface StoreArgs extends PartArgs {
  /** The store: its kind, its accounts, its size. */
  store: WrittenStore;
  /**
   * Names of the Microservices in the namespace that connect to it; its network policy lets nobody else in.
   * @default none
   */
  clients?: readonly string[];
}

interface Built {
  outputs: StoreOutputs;
  passwords: Readonly<Record<string, pulumi.Output<string>>>;
}

/**
 * A database or queue as a Helm release, with its generated passwords, its Secret, and the Jobs that create its accounts and
 * load its first data. Its name is the release's and the host's: a DNS label.
 *
 * Release, Secret and passwords are protected: take that off with `pulumi state unprotect` before it may go. Volumes stay.
 * Passwords are not rotated; an `Application` can do that.
 *
 * @throws pulumi.RunError with every problem of the arguments, before anything is deployed.
 */
export class Store extends pulumi.ComponentResource<Built> {
  /** What it is, for the Microservices that use it. */
  public readonly args: StoreArgs;
  private readonly name: string;
  private readonly shape: StoreShape;

  constructor(name: string, args: StoreArgs, opts?: pulumi.ComponentResourceOptions) {
    const shape = shapeIn(name, args);
    super(COMPONENT_TYPES.store, name, {}, opts);
    this.name = name;
    this.args = args;
    this.shape = shape;
  }

  /** Host, port, profile and the name of its Secret. */
  public get outputs(): pulumi.Output<StoreOutputs> {
    return pulumi.output(this.getData().then(({ outputs }) => outputs));
  }

  /** The name that plans have for the password of an account. */
  public credential(account: string): string {
    return credentialName(this.shape, account);
  }

  /** The accounts that have a password: those of the arguments, and the store's own. */
  public get accounts(): string[] {
    return [...internalAccounts(this.shape), ...Object.keys(this.shape.store.accounts ?? {})];
  }

  /** The password of an account. */
  public password(account: string): pulumi.Output<string> {
    const name = this.credential(account);
    const value = this.getData().then(({ passwords }) => {
      const password = own(passwords, name);
      if (!password) throw new pulumi.RunError(`the store ${this.name} has no account "${account}"`);
      return password;
    });
    return pulumi.secret(pulumi.output(value));
  }

  /** The profile that it runs in. */
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
    const state = stateIn(resourcesOf(await readResources(), COMPONENT_TYPES.store, name));
    const { config, read } = readStore(name, args);
    const { planned } = composePart(config, read, { charts: chartsForProgram(), ...state }, name);
    const unreadable = await unreadableCharts(planned);
    for (const warning of planned.warnings) pulumi.log.warn(warning, this);
    const planArgs = {
      plan: planned,
      fixed: fixedValues(read.application, planned.credentials),
      unreadableCharts: new Set(unreadable.map(({ release }) => release)),
    };
    const credentials = createCredentials(this, name, planArgs, []);
    createReleases(this, planArgs, credentials, { secrets: [], releases: [] }, name);
    const outputs = own(planned.outputs.stores, name) as StoreOutputs;
    this.registerOutputs(outputs);
    return { outputs, passwords: credentials.values };
  }
}

const whereOf = (name: string): string => `arguments of Store "${name}"`;

function readStore(name: string, args: StoreArgs): { config: StackConfig; read: StackSettings } {
  const { store, clients = [], settings } = args;
  const described = { stores: { [name]: store }, services: clientsOf(clients, name) };
  const { config, read } = readPart(whereOf(name), args, described);
  const { generation = 1 } = own(settings.stores ?? {}, name) ?? {};
  if (generation > 1)
    throw locate(
      new FlotillaError([
        {
          where: `${config.project}:stores.${name}.generation`,
          what: "the passwords of a Store are not rotated: services that use them would have to change between two Jobs",
          todo: "Leave it out, or have an Application deploy the store and its services.",
        },
      ]),
      config,
      read.origins,
    );
  return { config, read };
}

function shapeIn(name: string, args: StoreArgs): StoreShape {
  try {
    const { read } = readStore(name, args);
    return shapeOf(createAppContext(read.application, read.settings), name);
  } catch (error) {
    throw refusalOf(whereOf(name), error);
  }
}
