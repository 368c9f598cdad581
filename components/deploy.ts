/** The Pulumi program: settings -> plan -> components -> outputs. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { locate, readSettings, type StackConfig, type StackSettings } from "../src/config/settings";
import type { ClusterIdentity } from "../src/model/cluster";
import { FlotillaError, type Problem, refuse } from "../src/model/problems";
import { compact } from "../src/model/records";
import type { Catalogue } from "../src/model/written";
import { type Charts, readCharts } from "../src/plan/chart";
import { composePlan } from "../src/plan/compose";
import { fixedValues, givenNames } from "../src/plan/credentials";
import { deployedStores } from "../src/plan/deployed";
import { updateDigest } from "../src/plan/digest";
import { asAdopted } from "../src/plan/namespace/namespace";
import { findUpward } from "../src/plan/package";
import { headlessChanges } from "../src/plan/services/replacement";
import { serviceVolumeChanges } from "../src/plan/services/volume-changes";
import { volumeChanges } from "../src/plan/stores/changes";
import type { Transform } from "../src/plan/transform";
import { applyOverrides } from "../src/runtime/apply-overrides";
import { askWithKubectl } from "../src/runtime/ask-cluster";
import { checkClasses } from "../src/runtime/check-classes";
import { checkNamespace, isOfOthers } from "../src/runtime/check-namespace";
import { checkObjectsOfOthers } from "../src/runtime/check-objects-of-others";
import { checkServices } from "../src/runtime/check-services";
import { checkVolumes } from "../src/runtime/check-volumes";
import { checkWaysIn } from "../src/runtime/check-ways-in";
import { checkObjects } from "../src/runtime/foreign-objects";
import { identityName, recordOf } from "../src/runtime/identity";
import { checkLeftovers } from "../src/runtime/leftover-claims";
import { ownerOf } from "../src/runtime/owner";
import { checkCluster } from "../src/runtime/preflight";
import { loadedFiles, type Provenance, readProvenance } from "../src/runtime/provenance";
import { providerArgs } from "../src/runtime/provider";
import { readDeployed } from "../src/runtime/read-deployed";
import { COMPONENT_TYPES } from "../src/runtime/resource-types";
import { workAroundSdk } from "../src/runtime/sdk-workarounds";
import { readCredentials, readStackConfig } from "../src/runtime/stack-config";
import type { DeployedState } from "../src/runtime/state";
import { verifyCluster } from "../src/runtime/verify-cluster";
import { endWithoutEngine } from "../src/runtime/without-engine";
import { refusal } from "./building";
import { unreadableCharts } from "./charts";
import { createApplication, type PlannedArgs } from "./resources";

/** The options of `deploy`. */
export interface DeployOptions {
  /** Path of the project's folder (with Pulumi.yaml, the stack files and `config/layers`), or of a folder in it. */
  project: string;
  /**
   * Changes the plan before it is checked and deployed: values of releases, labels of the namespace. Commands such as
   * `flotilla diff` also apply it.
   * @default none
   */
  transform?: Transform;
}

/** A Pulumi program as `index.ts` exports it. */
export interface Program {
  /** Deploys the application and returns the outputs of the stack. The engine calls it. */
  (): Promise<Record<string, unknown>>;
  /**
   * Returns the first 12 hex digits of the SHA-256 over the program's own files. Rollbacks call it in programs of other commits,
   * so its name and its place in the export of `index.ts` must not change.
   */
  digest(): string;
  /** The transform of the program, for commands. */
  readonly transform?: Transform;
}

/**
 * Returns a Pulumi program that deploys one application of the catalogue. The stack's config names the application and contains
 * its settings.
 *
 * @example
 * export = deploy(catalogue, { project: __dirname });
 */
export function deploy(catalogue: Catalogue, { project: folder, transform }: DeployOptions): Program {
  // A compiled program is in a subfolder of the project.
  const project = findUpward(folder, (above) => existsSync(join(above, "Pulumi.yaml"))) ?? folder;
  const loaded = loadedFiles(project);
  const provenance = (charts: Charts) => readProvenance(project, charts, loaded);
  const run = () =>
    deployStack(catalogue, { project, provenance, transform }).catch((error: unknown) => {
      throw refusal(error);
    });
  return Object.assign(run, {
    digest: () => provenance(readCharts(project)).program,
    ...compact({ transform }),
  });
}

/** The parameters of a deployment. */
interface Deployment {
  /** Path of the folder with Pulumi.yaml. */
  project: string;
  provenance: (charts: Charts) => Provenance;
  transform: Transform | undefined;
}

async function deployStack(catalogue: Catalogue, deployment: Deployment) {
  endWithoutEngine();
  workAroundSdk();
  const config = readStackConfig(deployment.project);
  const state = await readDeployed();
  const read = readSettings(config, catalogue, deployedStores(state.deployed));
  return deployApplication(deployment, config, read, state).catch((error: unknown) => {
    throw error instanceof FlotillaError ? locate(error, config, read.origins) : error;
  });
}

async function deployApplication(
  { project, provenance, transform }: Deployment,
  config: StackConfig,
  read: StackSettings,
  { cluster: known, ...state }: DeployedState,
) {
  const { settings, application } = read;
  const charts = readCharts(project);
  const { isAdopting, isChecked, adoptsNamespace, reviewed } = applyOverrides();
  const owner = ownerOf(config, state.id);
  const { context, planned: asSet } = composePlan(config, read, { charts, ...state, owner, transform });
  if (reviewed !== undefined && reviewed !== updateDigest(asSet, owner, state.deployed))
    refuse([changedMeanwhile(config.stack)]);
  const target = await checkCluster(settings, config.stack);
  const ask = askWithKubectl(settings.cluster);
  const { identity, isMoving, warnings } = await verifyCluster(ask, target, settings, known, config);
  const planned =
    adoptsNamespace && (await isOfOthers(ask, asSet.namespace.name))
      ? { ...asSet, namespace: asAdopted(asSet.namespace) }
      : asSet;
  const { create = true } = planned.namespace;
  const of = { owner, stack: config.stack, isMoving, create, mayBeLost: isChecked };
  // A preview of a deployed stack skips this check; the update does it.
  const isAsked = !isAdopting && (!pulumi.runtime.isDryRun() || known.namespace === undefined);
  const hasNamespace = !isAsked || (await checkNamespace(ask, planned.namespace.name, known.namespace, of));
  if ((known.namespace !== undefined || !create) && !isAdopting && !isChecked)
    await checkLeftovers(ask, application, planned, state, config.stack);
  if (!isAdopting)
    await Promise.all([
      // Another cluster may lack them.
      checkClasses(ask, context.application),
      checkWaysIn(ask, planned, settings),
      ...(isMoving
        ? []
        : [
            checkVolumes(ask, planned.namespace.name, [
              ...volumeChanges(context),
              ...serviceVolumeChanges(context),
            ]),
            checkServices(ask, planned, headlessChanges(context)),
          ]),
    ]);
  const ofOthers = isAdopting
    ? []
    : await checkObjectsOfOthers(ask, context.application, planned.namespace.name, hasNamespace);
  // A missing namespace has no objects.
  if (!isAdopting && !isChecked && !isMoving && hasNamespace)
    await checkObjects(ask, planned, state, config.stack);
  const unreadable = await unreadableCharts(planned);
  for (const warning of [...planned.warnings, ...warnings, ...ofOthers]) pulumi.log.warn(warning);
  for (const { where, what } of unreadable)
    pulumi.log.warn(`${where}: ${what}; the preview continues without it`);

  const identifier = state.identifier ?? identityName(identity);
  const cluster = new k8s.Provider("cluster", providerArgs(settings.cluster, target, identifier));
  new StackApplication(
    planned.application,
    {
      plan: planned,
      fixed: fixedValues(application, planned.credentials),
      given: readCredentials(givenNames(planned.credentials)),
      // Only before the first update: afterwards, the policies of the running pods exist.
      adopting: isAdopting && Object.keys(state.deployed).length === 0,
      unreadableCharts: new Set(unreadable.map(({ release }) => release)),
      record: { cluster: recordOf(isMoving ? undefined : known.recorded, identity), id: owner.id },
    },
    { providers: { kubernetes: cluster } },
  );
  const { publicUrl, services, stores } = planned.outputs;
  return {
    application: planned.application,
    environment: planned.environment,
    namespace: planned.namespace.name,
    services,
    stores,
    ...compact({ url: publicUrl }),
    provenance: provenance(charts),
  };
}

const changedMeanwhile = (stack: string): Problem => ({
  where: `stack ${stack}`,
  what: "the plan or what is deployed has changed since it was compared with the reviewed plan",
  todo: `See what an update changes now: npx flotilla diff --stack ${stack}`,
});

interface StackApplicationArgs extends PlannedArgs {
  /** Outputs that the next update reads from the state: the identity of the cluster and the ID of the stack. */
  record: { cluster: ClusterIdentity; id: string };
}

/** The component around the resources of a stack. */
class StackApplication extends pulumi.ComponentResource {
  constructor(name: string, args: StackApplicationArgs, opts: pulumi.ComponentResourceOptions) {
    super(COMPONENT_TYPES.application, name, {}, opts);
    createApplication(this, name, args);
    this.registerOutputs({ namespace: args.plan.namespace.name, ...args.record });
  }
}
