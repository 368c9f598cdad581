import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { refuse } from "../src/model/problems";
import { compact, mapValues } from "../src/model/records";
import type { WrittenExternal, WrittenService } from "../src/model/written";
import { composePart } from "../src/plan/part";
import type { Plan } from "../src/plan/plan";
import { COMPONENT_TYPES } from "../src/runtime/resource-types";
import { refusalOf } from "./building";
import { chartsForProgram } from "./charts";
import { clientsOf, neighbor, neighborProblems, type PartArgs, readPart } from "./part";
import { requireNamedCluster } from "./prod-cluster";
import { createCredentials, createReleases } from "./resources";
import type { Store } from "./store";

/** The arguments of a `Microservice`. */
export interface MicroserviceArgs extends PartArgs {
  /** The service: image, ports, environment variables, and the names of the services, stores and externals that it uses. */
  service: WrittenService;
  /**
   * The stores that the service uses, by name. They are deployed before it.
   * @default none
   */
  stores?: Record<string, Store>;
  /**
   * The microservices that the service uses, by name.
   * @default none
   */
  services?: Record<string, Microservice>;
  /**
   * The externals that the service uses, by name.
   * @default none
   */
  externals?: Record<string, WrittenExternal>;
  /**
   * Passwords of the externals, by name: `<external>-<account>`. They stay secret in the state.
   * @default none
   */
  credentials?: Record<string, pulumi.Input<string>>;
  /**
   * Names of the microservices in the namespace that connect to the service. The network policy denies all others.
   * @default none
   */
  clients?: readonly string[];
}

/**
 * A service as a Helm release of the shared chart, with a Secret for variables that contain a password. Its name, a DNS
 * label, is the name of the release, of the Deployment and of the host.
 *
 * @throws pulumi.RunError with every problem of the arguments, before anything is deployed.
 */
export class Microservice extends pulumi.ComponentResource {
  /** The Helm release. */
  public readonly release: k8s.helm.v3.Release;
  /** The arguments, which microservices that use this one read. */
  public readonly args: MicroserviceArgs;
  /** The name of the component, its release and its host. */
  public readonly name: string;
  /** The URL inside the cluster. Undefined for a service without a port. */
  public readonly url: string | undefined;

  constructor(name: string, args: MicroserviceArgs, opts?: pulumi.ComponentResourceOptions) {
    const plan = planOf(name, args);
    super(COMPONENT_TYPES.microservice, name, {}, opts);
    requireNamedCluster(this, args.settings.environment, whereOf(name));
    this.name = name;
    this.args = args;
    this.url = plan.outputs.services[name]?.url;
    const planArgs = { plan, given: passwordsOf(args) };
    const credentials = createCredentials(this, name, planArgs, []);
    const { stores = {}, services = {}, service } = args;
    const waitedFor = (service.waitsFor ?? []).flatMap((other) => services[other] ?? []);
    const after = { secrets: [], releases: [...Object.values(stores), ...waitedFor] };
    const [release] = createReleases(this, planArgs, credentials, after, name);
    this.release = release as k8s.helm.v3.Release;
    this.registerOutputs({ status: this.release.status });
  }
}

const whereOf = (name: string): string => `arguments of Microservice "${name}"`;

/** Plans the service with its neighbors. @throws pulumi.RunError with every problem of the arguments. */
function planOf(name: string, args: MicroserviceArgs): Plan {
  const { service, stores = {}, services = {}, externals = {}, clients = [], credentials = {} } = args;
  const where = whereOf(name);
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
    refuse([
      ...neighborProblems(name, args, "stores", stores),
      ...neighborProblems(name, args, "services", services),
    ]);
    const { config, read } = readPart(
      where,
      { ...args, settings: settingsWithStores(args) },
      surrounding,
      Object.keys(credentials),
    );
    return composePart(config, read, { charts: chartsForProgram() }, name).planned;
  } catch (error) {
    throw refusalOf(where, error);
  }
}

/** Returns the settings with the distribution and the profiles of the stores, which determine hosts and connection strings. */
function settingsWithStores({ settings, stores = {} }: MicroserviceArgs): MicroserviceArgs["settings"] {
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

/** Returns the passwords of the stores and externals, by their names in the plan. */
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
