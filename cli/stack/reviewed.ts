/** Saves the plan of an update for a review, and refuses an update that does not match it. */
import { statSync } from "node:fs";
import { merge } from "../../src/config/merge";
import { bareName } from "../../src/config/stack-names";
import { compact, mapValues } from "../../src/model/records";
import { dataDigest, planDigest, updateDigest } from "../../src/plan/digest";
import { withoutOwner } from "../../src/plan/labels";
import { versionOf } from "../../src/plan/package";
import { askWithKubectl } from "../../src/runtime/ask-cluster";
import { REVIEWED } from "../../src/runtime/overrides";
import { checkCluster } from "../../src/runtime/preflight";
import { readIdentity } from "../../src/runtime/verify-cluster";
import {
  mismatchOf,
  type PlanNow,
  planFileText,
  type ReviewedPlan,
  readPlanFile,
  updatedText,
  withoutSecrets,
} from "../core/reviewed-plan";
import { releasesOf, resourceText } from "../core/state";
import { showMismatch } from "../terminal/mismatch";
import { say } from "../terminal/progress";
import { ToolError, UsageError } from "../tools/failure";
import { readIfThere, writeWhole } from "../tools/files";
import { PACKAGE, PROJECT } from "../tools/paths";
import { programIn } from "../tools/project-copy";
import type { Comparison } from "./comparison/sides";
import { readHistory } from "./history";
import { PROJECT_NAME } from "./project";
import { refuseUpdate } from "./update-refusals";

/** Writes the plan of an update into a file. @throws ToolError if the update would be refused. */
export async function savePlan(stack: string, comparison: Comparison, file: string): Promise<void> {
  refuseUpdate(stack, comparison, comparedOf(comparison).planned.settings);
  writeWhole(file, planFileText(await planNow(stack, comparison), new Date().toISOString()));
}

/** Reads a saved plan. @throws ToolError if there is none, or if it belongs to another stack. */
function readPlan(stack: string, file: string): ReviewedPlan {
  // A pipe without a writer would block, and Ctrl-C with it.
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === false)
    throw new ToolError(`${file} is not a regular file`);
  const text = readIfThere(file);
  if (text === undefined)
    throw new ToolError(
      `${file}: the file does not exist or cannot be read\n  Save a plan first: npx flotilla diff --stack ${stack} --save ${file}`,
    );
  const reader = { stack: bareName(stack), project: PROJECT_NAME, flotilla: versionOf(PACKAGE) };
  const read = readPlanFile(text, reader);
  if ("wrong" in read) throw new ToolError(`${file}: ${read.wrong}\n  ${read.todo.replace("<file>", file)}`);
  return read;
}

/** An update that must match a reviewed plan. */
export interface Held {
  /** @throws ToolError, with the difference on standard output, if the update would not do what was reviewed. */
  compare(comparison: Comparison): Promise<void>;
  /**
   * Returns variables with which the program refuses any update other than the compared one. Reads the number of the
   * newest update again, since the comparison takes a while. @throws ToolError if there was another update meanwhile.
   */
  environment(comparison: Comparison): Promise<Record<string, string>>;
}

/** Makes an update match a reviewed plan. `further` are arguments for pulumi. @throws ToolError if there is no such plan. */
export function heldTo(stack: string, file: string, further: readonly string[]): Held {
  if (further.length > 0)
    throw new UsageError(
      `--plan takes no arguments for pulumi, because ${further.join(" ")} may change what is applied`,
    );
  const reviewed = readPlan(stack, file);
  return {
    async compare(comparison) {
      const mismatch = mismatchOf(reviewed, await planNow(stack, comparison));
      if (mismatch === undefined) {
        say(
          reviewed.changes.length === 0
            ? `${file} says that nothing changes, and nothing has changed since`
            : `the update matches ${file}`,
        );
        return;
      }
      process.stdout.write(showMismatch(mismatch));
      throw new ToolError(
        `${file} no longer matches what an update of ${stack} would do, as shown above. Nothing was changed.\n  Review it again: npx flotilla diff --stack ${stack} --save ${file}`,
      );
    },
    async environment(comparison) {
      const update = await newestUpdate(stack);
      if (update !== reviewed.deployed.update)
        throw new ToolError(
          `${stack} was updated while the plan was compared (${updatedText(reviewed.deployed.update, update)}). Nothing was changed.`,
        );
      const { context, planned } = comparedOf(comparison).planned;
      return { [REVIEWED]: updateDigest(planned, context.owner, context.deployed) };
    },
  };
}

const newestUpdate = async (stack: string): Promise<number> => (await readHistory(stack))[0]?.number ?? 0;

/** What an update would do now. */
async function planNow(stack: string, comparison: Comparison): Promise<PlanNow> {
  const { planned: read, live = {} } = comparedOf(comparison);
  const { config, settings, context, planned, resources } = read;
  const [program, update, { identity }] = await Promise.all([
    programIn(PROJECT),
    newestUpdate(stack),
    checkCluster(settings, stack).then((target) => readIdentity(askWithKubectl(settings.cluster), target)),
  ]);
  if (program === undefined)
    throw new ToolError(
      "the program has no digest, so a plan of it cannot be reviewed\n  Export what deploy returns: export = deploy(catalogue, { project: __dirname })",
    );
  const states = releasesOf(resources);
  const names = [...new Set([...states.keys(), ...Object.keys(planned.releases)])];
  return {
    stack: config.stack,
    project: config.project,
    flotilla: versionOf(PACKAGE),
    plan: planDigest(planned, context.owner),
    program,
    cluster: identity,
    settings: mapValues(merge(config.files).values, withoutSecrets),
    charts: mapValues(planned.releases, ({ description }) => withoutOwner(description, context.owner)),
    deployed: {
      update,
      releases: Object.fromEntries(
        names.flatMap((name) => {
          const [state, there] = [states.get(name), live[name]?.newest];
          if (!state && !there) return [];
          const inputs = state && dataDigest(withoutSecrets(state.inputs));
          return [[name, compact({ revision: there?.revision, status: there?.status ?? "missing", inputs })]];
        }),
      ),
      lost: (comparison.lost ?? []).map(resourceText),
    },
    changes: comparison.changes,
  };
}

function comparedOf({ compared }: Comparison): NonNullable<Comparison["compared"]> {
  if (compared === undefined) throw new Error("the comparison is not one with what is deployed");
  return compared;
}
