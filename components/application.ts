import * as pulumi from "@pulumi/pulumi";
import { configInCode, readInCode, type SettingsInCode } from "../src/config/from-code";
import type { Application as ReadApplication } from "../src/model/application";
import { mapValues } from "../src/model/records";
import type { WrittenApplication } from "../src/model/written";
import { composePlan } from "../src/plan/compose";
import { fixedValues } from "../src/plan/credentials";
import { deployedStores } from "../src/plan/deployed";
import type { Plan, PlanOutputs } from "../src/plan/plan";
import { programRemedies } from "../src/plan/remedies";
import type { Transform } from "../src/plan/transform";
import { resourcesOf, withoutPrefix } from "../src/runtime/own-resources";
import { readResources } from "../src/runtime/read-deployed";
import { COMPONENT_TYPES } from "../src/runtime/resource-types";
import { type DeployedState, stateIn } from "../src/runtime/state";
import { building, refusalOf } from "./building";
import { chartsForProgram, warnedOf } from "./charts";
import { claimNames } from "./claims";
import { requireNamedCluster } from "./prod-cluster";
import { createApplication } from "./resources";

/** The arguments of an `Application`. */
export interface ApplicationArgs {
  /** The services and stores to deploy, and their dependencies. */
  inventory: WrittenApplication;
  /** The settings: the keys of a stack file, without the prefix `flotilla:`. */
  settings: SettingsInCode;
  /**
   * Passwords that are not generated, by name: `<external>-<account>` or `registry-<registry>`. They stay secret in the state.
   * @default none
   */
  credentials?: Record<string, pulumi.Input<string>>;
  /**
   * Changes the plan before it is checked and deployed: values of releases, labels of the namespace.
   * @default none
   */
  transform?: Transform;
}

/** The outputs of an `Application`: its namespace, and the addresses of its services and stores. */
export interface ApplicationOutputs extends PlanOutputs {
  /** Name of the application, from its inventory. */
  application: string;
  /** Environment of the application, such as `prod`. */
  environment: string;
  /** Namespace of the application. */
  namespace: string;
}

/**
 * A whole application as a component of your own Pulumi program: namespace, passwords, stores and services. It reads only its
 * arguments and the state of the stack. It deploys to the cluster of the Kubernetes provider in `opts`, or of the program's
 * default provider. The names of its resources start with its own name, so a program can have several applications.
 *
 * An update that would lose data is refused, for example after a store was removed from the inventory. To allow it, add the store
 * to `settings.allowDeletion` and remove its protection with `pulumi state unprotect`.
 *
 * @throws pulumi.RunError with every problem of the arguments, before anything is deployed.
 */
export class Application extends pulumi.ComponentResource<ApplicationOutputs> {
  private readonly name: string;
  private readonly args: ApplicationArgs;

  constructor(name: string, args: ApplicationArgs, opts?: pulumi.ComponentResourceOptions) {
    // Refuses invalid arguments before the program creates other resources. The rest is checked after the state is read.
    check(name, args);
    super(COMPONENT_TYPES.application, name, {}, opts);
    requireNamedCluster(this, args.settings.environment, whereOf(name));
    this.name = name;
    this.args = args;
  }

  /** The namespace and the addresses of the application, known after the state is read. */
  public get outputs(): pulumi.Output<ApplicationOutputs> {
    return pulumi.output(this.getData());
  }

  protected override initialize(): Promise<ApplicationOutputs> {
    return building(
      () => whereOf(this.name),
      () => this.build(),
    );
  }

  private async build(): Promise<ApplicationOutputs> {
    const { name, args } = this;
    const state = stateIn(
      withoutPrefix(resourcesOf(await readResources(), COMPONENT_TYPES.application, name), name),
    );
    const { application, planned } = planIn(name, args, state);
    const unreadableCharts = await warnedOf(planned, this);
    createApplication(this, name, {
      plan: planned,
      fixed: fixedValues(application, planned.credentials),
      given: mapValues(args.credentials ?? {}, (value) => pulumi.secret(value)),
      unreadableCharts,
      prefix: `${name}-`,
    });
    const outputs = {
      application: planned.application,
      environment: planned.environment,
      namespace: planned.namespace.name,
      ...planned.outputs,
    };
    this.registerOutputs(outputs);
    return outputs;
  }
}

const whereOf = (name: string): string => `arguments of Application "${name}"`;

/** Plans the application on top of a state. @throws FlotillaError with every problem. */
function planIn(
  name: string,
  { inventory, settings, credentials = {}, transform }: ApplicationArgs,
  state: Partial<DeployedState>,
): { application: ReadApplication; planned: Plan } {
  const names = Object.keys(credentials);
  const config = configInCode(whereOf(name), pulumi.getStack(), inventory.name, settings, names);
  const read = readInCode(config, inventory, deployedStores(state.deployed ?? {}));
  const { planned } = composePlan(config, read, {
    charts: chartsForProgram(),
    remedies: programRemedies,
    transform,
    ...state,
  });
  return { application: read.application, planned };
}

/** Checks the arguments without a state. @throws pulumi.RunError with every problem. */
function check(name: string, args: ApplicationArgs): void {
  try {
    claimNames("Application", name, planIn(name, args, {}).planned, `${name}-`);
  } catch (error) {
    throw refusalOf(whereOf(name), error);
  }
}
