import * as pulumi from "@pulumi/pulumi";
import { configInCode, readInCode, type SettingsInCode } from "../src/config/from-code";
import type { Application as ReadApplication } from "../src/model/application";
import { mapValues } from "../src/model/records";
import type { WrittenApplication } from "../src/model/written";
import { composePlan } from "../src/plan/compose";
import { fixedValues } from "../src/plan/credentials";
import { deployedStores } from "../src/plan/deployed";
import type { Plan, PlanOutputs } from "../src/plan/plan";
import { resourcesOf, withoutPrefix } from "../src/runtime/own-resources";
import { readResources } from "../src/runtime/read-deployed";
import { COMPONENT_TYPES } from "../src/runtime/resource-types";
import { type DeployedState, stateIn } from "../src/runtime/state";
import { building, refusalOf } from "./building";
import { chartsForProgram, unreadableCharts } from "./charts";
import { createApplication } from "./resources";

export interface ApplicationArgs {
  /** What is deployed: its services, its stores, and who uses whom. */
  inventory: WrittenApplication;
  /** How it is deployed: the keys of a stack file, without their prefix. */
  settings: SettingsInCode;
  /**
   * Passwords that somebody else made, by name: `<external>-<account>`, `registry-<registry>`.
   * @default none
   */
  credentials?: Record<string, pulumi.Input<string>>;
}

/** Where an application is, and what others need to use it. */
export interface ApplicationOutputs extends PlanOutputs {
  application: string;
  environment: string;
  namespace: string;
}

/**
 * A whole application in somebody's own Pulumi program: namespace, passwords, stores and services. Nothing is read but the
 * arguments and the stack's own state; the cluster is the one of the Kubernetes provider that `opts` or the program names.
 * The names of its resources begin with its own, so that a program may have several.
 *
 * A store that leaves the inventory stops the update, as does whatever else would lose data: name it in
 * `settings.allowDeletion`, and take off its protection with `pulumi state unprotect`.
 *
 * @throws pulumi.RunError with every problem of the arguments, before anything is deployed.
 */
export class Application extends pulumi.ComponentResource<ApplicationOutputs> {
  private readonly name: string;
  private readonly args: ApplicationArgs;

  constructor(name: string, args: ApplicationArgs, opts?: pulumi.ComponentResourceOptions) {
    // What is wrong without looking at the state is refused before the program goes on to other resources.
    check(name, args);
    super(COMPONENT_TYPES.application, name, {}, opts);
    this.name = name;
    this.args = args;
  }

  /** Addresses of its services and stores, known once the state is read. */
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
    const unreadable = await unreadableCharts(planned);
    for (const warning of planned.warnings) pulumi.log.warn(warning, this);
    createApplication(this, name, {
      plan: planned,
      fixed: fixedValues(application, planned.credentials),
      given: mapValues(args.credentials ?? {}, (value) => pulumi.secret(value)),
      unreadableCharts: new Set(unreadable.map(({ release }) => release)),
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

/** @throws FlotillaError with what is wrong. */
function planIn(
  name: string,
  { inventory, settings, credentials = {} }: ApplicationArgs,
  state: Partial<DeployedState>,
): { application: ReadApplication; planned: Plan } {
  const names = Object.keys(credentials);
  const config = configInCode(whereOf(name), pulumi.getStack(), inventory.name, settings, names);
  const read = readInCode(config, inventory, deployedStores(state.deployed ?? {}));
  const { planned } = composePlan(config, read, { charts: chartsForProgram(), ...state });
  return { application: read.application, planned };
}

function check(name: string, args: ApplicationArgs): void {
  try {
    planIn(name, args, {});
  } catch (error) {
    throw refusalOf(whereOf(name), error);
  }
}
