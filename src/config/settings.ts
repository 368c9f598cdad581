/** Reads the settings of a stack from its config. Reports every problem with its key, file and line. */
import type { Application } from "../model/application";
import { own } from "../model/graph";
import { readInventory, sameNameProblems } from "../model/inventory/read";
import { ofMeantAlternative } from "../model/issues";
import { suggest } from "../model/nearest";
import { isAtOrBelow, pathOf } from "../model/paths";
import { FlotillaError, type Problem } from "../model/problems";
import { isRecord } from "../model/records";
import { schemaAt } from "../model/schema-tree";
import { validateApplication } from "../model/validate";
import type { Catalogue } from "../model/written";
import { CREDENTIALS, type GivenCredentials } from "./credentials";
import { encryptedIn, type SettingsFile } from "./file";
import { locate } from "./locate";
import { merge, type Origin, originOf } from "./merge";
import { nameProblems } from "./override-names";
import { PREFIX } from "./prefix";
import { type Settings, settingsSchema } from "./schema";
import { issueProblems, type MessageContext } from "./settings-issues";

export { locate } from "./locate";

/** The files that the settings of a stack come from. */
export interface StackConfig {
  /** The name of the Pulumi project. */
  project: string;
  stack: string;
  /** The project's defaults, the layers, the stack file. Later files win. */
  files: readonly SettingsFile[];
  /** The names of the passwords in the stack's config, with the problems found there. Default: none. */
  credentials?: GivenCredentials;
  /** Problems finding the files, such as a missing layer. Default: none. */
  problems?: readonly Problem[];
  /** Problems with other stacks that deploy to the same namespace of the same cluster. Default: none. */
  conflicts?: readonly Problem[];
}

/** The validated settings of a stack, and the application that they deploy. */
export interface StackSettings {
  settings: Settings;
  application: Application;
  /** The file and line of each key that a file sets, by path. */
  origins: ReadonlyMap<string, Origin>;
}

/**
 * Reads the settings of a stack. `deployedStores` are the stores in its state, if known: settings of a deployed store that is no
 * longer in the inventory are then not reported as misspelled.
 * @throws FlotillaError if a key is unknown, missing, of the wrong type, out of range or does not fit the inventory.
 */
export function readSettings(
  config: StackConfig,
  catalogue: Catalogue,
  deployedStores: readonly string[] = [],
): StackSettings {
  const { stack } = config;
  const { values, origins } = merge(config.files, staysNull);
  const unread = [...config.files.flatMap((file) => file.problems), ...(config.problems ?? [])];
  const context: MessageContext = {
    where: (path) => `${PREFIX}:${pathOf(path)}`,
    stack,
    complete: unread.length === 0,
  };
  // A value that its file refuses stays text, which is the wrong type for many settings: report it only once.
  const refused = new Set(unread.map((problem) => problem.where));
  const encrypted = encryptedIn(values).filter((path) => !isAtOrBelow(path, CREDENTIALS));
  const readable = Object.entries(values).filter(
    ([name]) => name !== CREDENTIALS && !encrypted.some((path) => isAtOrBelow(path, name)),
  );
  const input: Record<string, unknown> = Object.fromEntries([
    ...readable,
    [CREDENTIALS, config.credentials?.names ?? []],
  ]);
  const parsed = settingsSchema.safeParse(input, { reportInput: true });
  const named = typeof input.application === "string" ? input.application : undefined;
  const applications = isRecord(catalogue) ? catalogue : {};
  const written = named === undefined ? undefined : own(applications, named);
  const inventory = written === undefined ? undefined : readInventory(written, named as string);
  const application = inventory?.application;
  const problems: Problem[] = [
    ...unread,
    ...(config.conflicts ?? []),
    // An encrypted value in a layer is already reported with the layer.
    ...encrypted
      .filter((path) => originOf(origins, path)?.kind !== "layer")
      .map((path) => secretProblem(path)),
    ...imageProblems(config.files, origins),
    ...(config.credentials?.problems ?? []),
    ...(parsed.error?.issues ?? [])
      .flatMap(ofMeantAlternative)
      .flatMap((issue) => issueProblems(issue, context))
      .filter((problem) => !refused.has(problem.where)),
    ...sameNameProblems(catalogue),
    ...(inventory?.problems ?? []),
    ...(isRecord(catalogue) ? [] : [NO_CATALOGUE]),
    ...(named === undefined || written || !isRecord(catalogue)
      ? []
      : [unknownApplication(named, applications, context)]),
    ...(application ? nameProblems(input, application, context, deployedStores) : []),
    ...clusterProblems(input, context),
  ];
  if (!parsed.success || application === undefined || problems.length > 0)
    throw locate(
      // One run shows every problem: the plan, which normally checks the inventory, is never made in this case.
      new FlotillaError([...problems, ...(application ? validateApplication(application) : [])]),
      config,
      origins,
    );
  return { settings: parsed.data, application, origins };
}

const unknownApplication = (name: string, catalogue: Catalogue, { where }: MessageContext): Problem => ({
  where: where(["application"]),
  what: `unknown application "${name}"`,
  todo:
    Object.keys(catalogue).length === 0
      ? "The catalogue in apps/index.ts is empty: add the application to it."
      : suggest(name, Object.keys(catalogue)),
});

const NO_CATALOGUE: Problem = {
  where: "apps/index.ts",
  what: "the file does not export a catalogue",
  todo: "Write: export const catalogue = { [shop.name]: shop };",
};

/** Requires prod to name its cluster. Skipped if a file could not be read: it may name the cluster. */
function clusterProblems(
  { environment, cluster }: Record<string, unknown>,
  { where, stack, complete }: MessageContext,
): Problem[] {
  if (!complete || environment !== "prod" || (cluster as { context?: unknown } | undefined)?.context)
    return [];
  return [
    {
      where: where(["cluster", "context"]),
      what: "prod must name its cluster: it never follows the current context",
      todo: `Run: pulumi config set --path ${PREFIX}:cluster.context <context> --stack ${stack}`,
    },
  ];
}

/** Whether a null at a path removes a value of the inventory, and must stay. */
const staysNull = (path: readonly string[]): boolean =>
  schemaAt(settingsSchema, path)?.safeParse(null).success ?? false;

/** Reports tags and repositories that have no effect because an earlier file sets a digest, which wins. */
function imageProblems(files: readonly SettingsFile[], origins: ReadonlyMap<string, Origin>): Problem[] {
  const rank = (origin: Origin) => files.findIndex(({ path }) => path === origin.file);
  return [...origins].flatMap(([path, digest]): Problem[] => {
    if (!path.endsWith(".digest")) return [];
    const image = path.slice(0, -".digest".length);
    const tag = origins.get(`${image}.tag`) ?? origins.get(`${image}.repository`);
    if (!tag || rank(tag) <= rank(digest)) return [];
    return [
      {
        where: `${PREFIX}:${image}.${origins.has(`${image}.tag`) ? "tag" : "repository"}`,
        what: `has no effect: the digest in ${digest.file} wins over it, and the old image would stay`,
        todo: `Also set the digest of the new image, or ${PREFIX}:${image}.digest: null.`,
      },
    ];
  });
}

const secretProblem = (path: string): Problem => ({
  where: `${PREFIX}:${path}`,
  what: "the value is a secret, but settings end up in Helm values in plain text",
  todo: `Set it without --secret. Declare a password as an account in the inventory, or set it under ${PREFIX}:${CREDENTIALS}.`,
});
