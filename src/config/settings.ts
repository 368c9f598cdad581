/** Reads the settings of a stack from its config, or reports every problem with its key, file and line. */
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

/** The config of a stack: the files that its settings come from. */
export interface StackConfig {
  /** The name of the Pulumi project. */
  project: string;
  stack: string;
  /** The project's defaults, the layers, the stack's own: later wins. */
  files: readonly SettingsFile[];
  /** The names of the passwords in the stack's config, with the problems of that part of it. Default: none. */
  credentials?: GivenCredentials;
  /** Problems with finding the files, such as a missing layer. Default: none. */
  problems?: readonly Problem[];
  /** Other stacks that deploy to the same namespace of the same cluster, as problems. Default: none. */
  conflicts?: readonly Problem[];
}

/** The settings of a stack, validated, and the application that they deploy. */
export interface StackSettings {
  settings: Settings;
  application: Application;
  /** The file and line of each key that a file sets, by path. */
  origins: ReadonlyMap<string, Origin>;
}

/**
 * Reads the settings of a stack. `deployedStores` are the stores in its state, if the caller has read it: settings of a store that
 * left the inventory are then not reported as misspelled.
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
  // A value that its file refuses stays the text that was written, which is of the wrong type for many settings.
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
    // An encrypted value in a layer has been reported with the layer.
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
      // The inventory is checked here as well, so that one run shows every problem. Otherwise the plan checks it.
      new FlotillaError([...problems, ...(application ? validateApplication(application) : [])]),
      config,
      origins,
    );
  return { settings: parsed.data, application, origins };
}

const unknownApplication = (name: string, catalogue: Catalogue, { where }: MessageContext): Problem => ({
  where: where(["application"]),
  what: `there is no application "${name}"`,
  todo:
    Object.keys(catalogue).length === 0
      ? "The catalogue in apps/index.ts is empty: add the application to it."
      : suggest(name, Object.keys(catalogue)),
});

const NO_CATALOGUE: Problem = {
  where: "apps/index.ts",
  what: "it exports no catalogue",
  todo: "Write: export const catalogue = { [shop.name]: shop };",
};

/** A stack of production names its cluster. Files that could not be read may do so. */
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

/** Whether a null stays at a path: there it removes a value of the inventory. */
const staysNull = (path: readonly string[]): boolean =>
  schemaAt(settingsSchema, path)?.safeParse(null).success ?? false;

/** Reports tags and repositories that have no effect, because an earlier file sets a digest, which wins. */
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
        what: `the digest that ${digest.file} sets wins over it: the old image would stay`,
        todo: `Set the new image's own digest beside it, or ${PREFIX}:${image}.digest: null.`,
      },
    ];
  });
}

const secretProblem = (path: string): Problem => ({
  where: `${PREFIX}:${path}`,
  what: "the value is a secret, but settings become Helm values in plain text",
  todo: `Set it without --secret; a password belongs to an account of the inventory, or under ${PREFIX}:${CREDENTIALS}.`,
});
