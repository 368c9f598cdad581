import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { compact, mapValues } from "../src/model/records";
import type { WrittenExternal, WrittenService } from "../src/model/written";
import { composePart } from "../src/plan/part";
import type { Plan } from "../src/plan/plan";
import { COMPONENT_TYPES } from "../src/runtime/resource-types";
import { refusalOf } from "./building";
import { chartsForProgram } from "./charts";
import { clientsOf, neighbor, type PartArgs, readPart } from "./part";
import { createCredentials, createReleases } from "./resources";
import type { Store } from "./store";

export interface MicroserviceArgs extends PartArgs {
  /** The service: its image, its ports, its environment, and the names of what it uses. */
  service: WrittenService;
  /**
   * The stores that it uses, by name. It comes after them.
   * @default none
   */
  stores?: Record<string, Store>;
  /**
   * The Microservices that it uses, by name.
   * @default none
   */
  services?: Record<string, Microservice>;
  /**
   * What it uses and somebody else runs, by name.
   * @default none
   */
  externals?: Record<string, WrittenExternal>;
  /**
   * Passwords of externals, by name: `<external>-<account>`.
   * @default none
   */
  credentials?: Record<string, pulumi.Input<string>>;
  /**
   * Names of the Microservices in the namespace that connect to it; its network policy lets nobody else in.
   * @default none
   */
  clients?: readonly string[];
}

/**
 * A stateless service as a Helm release of the shared chart, with a Secret for the variables that mention a password. Its name is
 * the release's, the Deployment's and the host's: a DNS label.
 *
 * @throws pulumi.RunError with every problem of the arguments, before anything is deployed.
 */
export class Microservice extends pulumi.ComponentResource {
  public readonly release: k8s.helm.v3.Release;
  /** What it is, for the Microservices that use it. */
  public readonly args: MicroserviceArgs;
  /** Its address inside the cluster; none for a service without a port. */
  public readonly url: string | undefined;

  constructor(name: string, args: MicroserviceArgs, opts?: pulumi.ComponentResourceOptions) {
    const plan = planOf(name, args);
    super(COMPONENT_TYPES.microservice, name, {}, opts);
    this.args = args;
    this.url = plan.outputs.services[name]?.url;
    const planArgs = { plan, given: passwordsOf(args) };
    const credentials = createCredentials(this, name, planArgs, []);
    const after = { secrets: [], releases: Object.values(args.stores ?? {}) };
    const [release] = createReleases(this, planArgs, credentials, after, name);
    this.release = release as k8s.helm.v3.Release;
    this.registerOutputs({ status: this.release.status });
  }
}

function planOf(name: string, args: MicroserviceArgs): Plan {
  const { service, stores = {}, services = {}, externals = {}, clients = [], credentials = {} } = args;
  const where = `arguments of Microservice "${name}"`;
  const surrounding = {
    services: {
      ...mapValues(services, (other) => neighbor({ ports: other.args.service.ports })),
      ...clientsOf(clients, name),
      [name]: service,
    },
    stores: mapValues(stores, (store) => store.args.store),
    externals,
  };
  try {
    const { config, read } = readPart(
      where,
      { ...args, settings: besideStores(args) },
      surrounding,
      Object.keys(credentials),
    );
    return composePart(config, read, { charts: chartsForProgram() }, name).planned;
  } catch (error) {
    throw refusalOf(where, error);
  }
}

/** The settings, with those of the stores where they decide what a client is told. */
function besideStores({ settings, stores = {} }: MicroserviceArgs): MicroserviceArgs["settings"] {
  const [distribution = settings.distribution] = Object.values(stores).map(
    ({ args }) => args.settings.distribution,
  );
  const profiles = mapValues(stores, ({ profile }, store) => ({ ...settings.stores?.[store], profile }));
  return {
    ...settings,
    ...compact({ distribution }),
    stores: { ...settings.stores, ...profiles },
  };
}

/** The passwords of its stores and of its externals, by the names that a plan has for them. */
function passwordsOf({
  stores = {},
  credentials = {},
}: MicroserviceArgs): Record<string, pulumi.Output<string>> {
  const ofStores = Object.values(stores).flatMap((store) =>
    store.accounts.map((account) => [store.credential(account), store.password(account)]),
  );
  return {
    ...Object.fromEntries(ofStores),
    ...mapValues(credentials, (value) => pulumi.secret(value)),
  };
}
