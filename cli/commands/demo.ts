import { Command } from "commander";
import { nodeKind } from "../../dev/sandbox/cluster/cluster";
import { kindOf, type NodeKind, type Nodes } from "../../dev/sandbox/cluster/configuration";
import { agreed } from "../../dev/sandbox/context/agreement";
import { kubeconfigsWith, openContext } from "../../dev/sandbox/context/open";
import { optionFor } from "../../dev/sandbox/context/target";
import { demoApplication, NEXT_TAG, provideDemoImages, showPublicService } from "../../dev/sandbox/demo";
import { demoLock, sandboxOfProject, worldOfContext } from "../../dev/sandbox/folders";
import { exclusively } from "../../dev/sandbox/lock";
import { localStackOf, prepareStack } from "../../dev/sandbox/stack";
import { enterWorld, openWorld } from "../../dev/sandbox/world";
import { namespaceOf } from "../../src/plan/stores/profile";
import { CHECKED } from "../../src/runtime/overrides";
import { type ReleaseStatus, releaseStatuses } from "../core/release-status";
import { catalogue } from "../stack/catalogue";
import { firstAidFor, giveFirstAid } from "../stack/first-aid";
import { connect } from "../stack/kubectl";
import { lookAt } from "../stack/look";
import { applicationOption, DEFAULT_APPLICATION } from "../stack/project";
import { recover } from "../stack/recovery/performing";
import { recoveryOf } from "../stack/recovery/reading";
import { settingsOfStack } from "../stack/settings";
import { report } from "../stack/update-report";
import { update } from "../stack/update-with-progress";
import { resultJson } from "../terminal/json";
import { contextOption, jsonOption, nodesOption, yesOption } from "../terminal/options";
import { say } from "../terminal/progress";
import { statusTable, summary } from "../terminal/release-table";
import { ToolError } from "../tools/failure";

interface DemoOptions {
  application: string;
  nodes?: Nodes;
  context?: string;
  yes?: boolean;
  json?: boolean;
}

export function demoCommand(): Command {
  return new Command("demo")
    .description("Deploy an application to the sandbox and show what runs")
    .addOption(applicationOption("application from apps/; each has its own stack"))
    .addOption(nodesOption().conflicts("context"))
    .addOption(
      contextOption("deploy to the cluster of this kubeconfig context instead of the sandbox; asks first"),
    )
    .addOption(yesOption("the cluster of --context is shown"))
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nOn nodes that run pods, the default application is order-service if examples/ has its program.",
    )
    .action(async (given: DemoOptions, command: Command) => {
      const { context, json } = given;
      // Of the present cluster or, if there is none, of the new one.
      const nodes = given.nodes ?? nodeKind(sandboxOfProject()) ?? "simulated";
      const place = placeOf(context, nodes);
      const isOwn = context === undefined;
      const isDefault = command.getOptionValueSource("application") === "default";
      const application = isDefault ? demoApplication(isOwn && place.podsRun) : given.application;
      const stack = localStackOf(application);
      if (!isOwn) kubeconfigsWith(context);
      const home = isOwn ? sandboxOfProject() : worldOfContext(context);
      const deployed = await exclusively(demoLock(home), () =>
        deploy(stack, { ...given, application, nodes }, place),
      );
      if (!deployed) return;
      const { resources, live, workloads, namespace } = await lookAt(stack);
      const releases = releaseStatuses(resources, live, workloads);
      process.stdout.write(
        json
          ? resultJson({ stack, releases })
          : `\n${statusTable(releases)}\n\n${summary(releases)}\n${next(application, stack, namespace, releases, place)}\n`,
      );
      if (isOwn && place.podsRun && !json) await showPublicService(stack);
    });
}

/** Deploys the stack. Returns false if the user does not agree. @throws ToolError if the update fails. */
async function deploy(
  stack: string,
  { application, nodes, context, yes = false, json }: DemoOptions & { nodes: Nodes },
  place: Place,
): Promise<boolean> {
  const open = await (context === undefined ? openWorld(sandboxOfProject(), nodes) : openContext(context));
  enterWorld(open);
  const first = await firstAidFor(stack);
  if (first.unsure !== undefined) throw notNow(stack, first.unsure, place);
  await giveFirstAid(first);
  if (context === undefined && place.podsRun) await provideDemoImages(open.world, stack);
  const selection = await prepareStack(open, stack);
  if (context !== undefined && !(await agreed(open, context, stack, yes))) return false;
  const { actions, blocked, unsure, unknown } = await recoveryOf(stack, first);
  const doubt = blocked ?? unsure;
  if (doubt !== undefined) throw notNow(stack, doubt, place);
  await recover(stack, actions);
  if (unknown.length > 0)
    throw new ToolError(
      `${unknown.join(", ")}: in the cluster, but not in the state of ${stack}, so nothing was deployed\n  To take over these objects, with their passwords: ${inWorld(place)}npx flotilla adopt --stack ${stack}`,
    );
  const { settings, application: planned } = settingsOfStack(stack);
  const namespace = namespaceOf(planned, settings);
  const result = await update(
    ["up", ...selection],
    { stack, namespace, kubectl: await connect(settings) },
    // What the cluster has lost is marked by now, so it is installed again.
    { environment: actions.some((action) => action.do === "reinstall") ? { [CHECKED]: "true" } : {} },
  );
  if (result.exitCode !== 0)
    say(`to continue after the cause is fixed: make demo${appOf(application, place)}${place.argument}`);
  // With --json standard output is for the result.
  if (!json) await report(stack, result);
  else if (result.exitCode !== 0)
    throw new ToolError(`the update of ${stack} failed. To see why: npx flotilla explain --stack ${stack}`);
  return true;
}

/** Where the demo runs, as the commands after it name it. */
interface Place {
  /** Whether pods run there, so that a service can be opened. */
  podsRun: boolean;
  /** The argument for `make`. */
  argument: string;
  /** The option for `sandbox env`. */
  option: string;
  /** What runs, in a sentence. */
  reality: string;
  /** What `make demo-down` does. */
  deletion: string;
}

const REALITY: Record<NodeKind, string> = {
  simulated: "The pods are simulated; everything else is real.",
  real: "The pods run for real.",
  kind: "The pods run on kind.",
};

const placeOf = (context: string | undefined, nodes: Nodes): Place =>
  context === undefined
    ? {
        podsRun: nodes !== "simulated",
        argument: "",
        option: "",
        reality: REALITY[kindOf(nodes)],
        deletion: "delete the sandbox and everything on it",
      }
    : {
        podsRun: true,
        argument: optionFor(context).replace(" --context ", " CONTEXT="),
        option: optionFor(context),
        reality: `The application runs on context ${context}.`,
        deletion: "delete what the demo deployed",
      };

const notNow = (stack: string, why: string, place: Place): ToolError =>
  new ToolError(
    `${stack} cannot be updated now: ${why}\n  To see its state and repair it: ${inWorld(place)}npx flotilla recover --stack ${stack}`,
  );

/** What a shell runs before a command for the demo's stack. */
const inWorld = ({ option }: Place): string => `eval "$(npx flotilla sandbox env${option})" && `;

/** The argument for `make`. Where pods run, the default is another application. */
const appOf = (application: string, { podsRun }: Place): string =>
  application === DEFAULT_APPLICATION && !podsRun ? "" : ` APP=${application}`;

function next(
  application: string,
  stack: string,
  namespace: string,
  releases: readonly ReleaseStatus[],
  place: Place,
): string {
  const service = releases.find(({ kind }) => kind === "service");
  const store = releases.find(({ kind }) => kind === "store");
  const others = Object.keys(catalogue()).filter((name) => name !== application);
  const commands: [string, string][] = [
    [`eval "$(npx flotilla sandbox env${place.option})"`, "point this shell to the cluster"],
    [`pulumi stack select ${stack}`, "select the stack of this application"],
    [`pulumi config set --path flotilla:services.${service?.release}.tag ${NEXT_TAG}`, "set a new version"],
    [`npx flotilla diff --stack ${stack}`, "show what it would change, and which pods restart"],
    [`npx flotilla up --stack ${stack}`, "deploy it; a failure is explained"],
    [`npx flotilla rollback --stack ${stack}`, "go back"],
    [`npx flotilla rotate ${store?.release} --stack ${stack}`, "replace the passwords of a running store"],
    [`npx flotilla status --stack ${stack}`, "show what runs"],
    ...(place.podsRun
      ? [[`npx flotilla open --stack ${stack}`, "open the public service in a browser"] as [string, string]]
      : []),
    [`kubectl get pods -n ${namespace}`, `and helm list -n ${namespace}`],
    [`npx flotilla graph --stack ${stack}`, "draw the connections; --format html for a page"],
    ...others.map((name): [string, string] => [
      `make demo${appOf(name, place)}${place.argument}`,
      "deploy another application next to it",
    ]),
    ...(place.argument === ""
      ? ([["make preview STACK=prod", "preview another stack against the sandbox"]] as [string, string][])
      : []),
    [`make demo-down${place.argument}`, place.deletion],
  ];
  const width = Math.max(...commands.map(([command]) => command.length));
  const lines = commands.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`);
  return `\n${place.reality} Try next:\n${lines.join("\n")}`;
}
