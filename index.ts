/** The Pulumi program: settings -> plan -> components -> outputs. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { catalogue } from "./apps";
import { Application } from "./components/application";
import { locate, readSettings, type StackConfig, type StackSettings } from "./config/settings";
import { FlotillaError } from "./model/problems";
import { readCharts } from "./plan/chart";
import { composePlan } from "./plan/compose";
import { fixedValues, givenNames } from "./plan/credentials";
import { deployedStores } from "./plan/deployed";
import { askWithKubectl } from "./runtime/ask-cluster";
import { verifyCluster } from "./runtime/cluster";
import { readDeployed } from "./runtime/deployed";
import { identityName, recordOf } from "./runtime/identity";
import { checkLeftovers } from "./runtime/leftovers";
import { obeyOverrides } from "./runtime/obey-overrides";
import { ownerOf } from "./runtime/owner";
import { checkNamespace } from "./runtime/place";
import { checkCluster, unreachableCharts } from "./runtime/preflight";
import { readProvenance } from "./runtime/provenance";
import { providerArgs } from "./runtime/provider";
import { withoutSdkDebugging } from "./runtime/sdk-debugging";
import { readCredentials, readStackConfig } from "./runtime/stack-config";
import type { DeployedState } from "./runtime/state";
import { endWithoutEngine } from "./runtime/without-engine";

endWithoutEngine();
withoutSdkDebugging();

async function main() {
  const config = readStackConfig(__dirname);
  const state = await readDeployed();
  const read = readSettings(config, catalogue, deployedStores(state.deployed));
  return deploy(config, read, state).catch((error: unknown) => {
    throw error instanceof FlotillaError ? locate(error, config, read.origins) : error;
  });
}

async function deploy(config: StackConfig, read: StackSettings, { cluster: known, ...state }: DeployedState) {
  const { settings, application } = read;
  const charts = readCharts(__dirname);
  const { isAdopting, isChecked } = obeyOverrides();
  const owner = ownerOf(config, state.id);
  const { planned } = composePlan(config, read, { charts, ...state, owner });
  const target = await checkCluster(settings, config.project, config.stack);
  const ask = askWithKubectl(settings.cluster);
  const { identity, isMoving, warnings } = await verifyCluster(ask, target, settings, known, config);
  const of = { owner, stack: config.stack, isMoving, mayBeLost: isChecked };
  // A preview of a deployed stack asks the cluster no second question.
  if (!isAdopting && (!pulumi.runtime.isDryRun() || known.namespace === undefined))
    await checkNamespace(ask, planned.namespace.name, known.namespace, of);
  if (known.namespace !== undefined && !isAdopting && !isChecked)
    await checkLeftovers(ask, application, planned, state, config.stack);
  const unreachable = await unreachableCharts(planned);
  if (unreachable.length > 0 && !pulumi.runtime.isDryRun()) throw new FlotillaError(unreachable);
  for (const warning of [...planned.warnings, ...warnings]) pulumi.log.warn(warning);
  for (const { where, what } of unreachable) pulumi.log.warn(`${where}: ${what}; shown without reading it`);

  const identifier = state.identifier ?? identityName(identity);
  const cluster = new k8s.Provider("cluster", providerArgs(settings.cluster, target, identifier));
  new Application(
    planned.application,
    {
      plan: planned,
      fixedCredentials: fixedValues(application, planned.credentials),
      givenCredentials: readCredentials(givenNames(planned.credentials)),
      // Later the policies of what runs are there.
      adopting: isAdopting && Object.keys(state.deployed).length === 0,
      record: { cluster: recordOf(isMoving ? undefined : known.recorded, identity), id: owner.id },
      unreadableCharts: new Set(unreachable.map(({ release }) => release)),
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
    ...(publicUrl === undefined ? {} : { url: publicUrl }),
    provenance: readProvenance(__dirname, charts),
  };
}

export = () =>
  main().catch((error: unknown) => {
    if (!(error instanceof FlotillaError)) throw error;
    // A RunError is shown as its message alone. The SDK still formats its stack for a trace, and Node 20 spends 12 s on a
    // frame of the SDK whose source map leads to a path that is not there: without a stack there is nothing to format.
    const refusal = new pulumi.RunError(error.message);
    refusal.stack = "";
    throw refusal;
  });
