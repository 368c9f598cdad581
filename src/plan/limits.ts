/** Finds values that are too large for the API server or Linux, before anything is deployed. There are no exceptions. */
import type { Settings } from "../config/schema";
import { variableOf } from "../model/containers";
import { own } from "../model/graph";
import { pathOf } from "../model/paths";
import type { Problem } from "../model/problems";
import { wordsIn } from "../model/words";
import type { AppContext } from "./context";
import type { ReleasePlan, SecretPlan, SecretText } from "./plan";
import type { MicroserviceValues } from "./services/microservice-values";

/** Largest content of a ConfigMap or a Secret, in bytes (Kubernetes' MaxSecretSize). */
export const LARGEST_OBJECT = 1024 * 1024;
/** Largest variable or argument of a program on Linux, in bytes (MAX_ARG_STRLEN, without the final zero). */
const LARGEST_STRING = 128 * 1024 - 1;
/** Largest size of all annotations of an object, in bytes (TotalAnnotationSizeLimitB). */
const LARGEST_ANNOTATIONS = 256 * 1024;
/** Reserved for the annotations that the chart and Helm add, in bytes. */
const OWN_ANNOTATIONS = 2 * 1024;

/** A named part of an object, and its size in bytes. */
interface Part {
  name: string;
  bytes: number;
}

/** Reports files, variables, arguments, annotations and Secrets that are too large. */
export function limitProblems(
  { application, settings }: AppContext,
  releases: readonly ReleasePlan[],
  secrets: Readonly<Record<string, SecretPlan>>,
): Problem[] {
  const inventory = `apps/${application.name}.ts`;
  const charts = releases.filter(({ kind }) => kind !== "store");
  return [
    ...charts.flatMap((release) => {
      const where = `${inventory}: ${release.kind} ${release.task ?? release.name}`;
      const values = release.values as unknown as MicroserviceValues;
      return [
        ...fileProblems(where, values),
        ...stringProblems(where, release, settings, values, secrets),
        ...annotationProblems(where, values),
      ];
    }),
    ...Object.entries(secrets).flatMap(([name, secret]) => secretProblems(inventory, name, secret)),
  ];
}

/** Checks the files of a service, which are in one ConfigMap. */
function fileProblems(where: string, { config }: MicroserviceValues): Problem[] {
  const files = Object.values(config?.files ?? {}).map(({ path, content, base64 }) =>
    base64 === undefined
      ? part(path, content ?? "")
      : { name: path, bytes: Buffer.byteLength(base64, "base64") },
  );
  const total = sum(files);
  if (total <= LARGEST_OBJECT) return [];
  return [
    {
      where: `${where}: files`,
      what: `${subject("the files have", files)}, and their ConfigMap holds at most ${bytesText(LARGEST_OBJECT)}`,
      todo: "Add large files to the image, or let the program download them into a writable directory.",
    },
  ];
}

/** Checks variables and arguments: Linux limits each of them, and the API server's database limits the object with all of them. */
function stringProblems(
  where: string,
  { name, kind, task }: ReleasePlan,
  settings: Settings,
  values: MicroserviceValues,
  secrets: Readonly<Record<string, SecretPlan>>,
): Problem[] {
  const beside = Object.entries({ ...values.sidecars, ...values.initContainers });
  const variables = [
    ...Object.entries(values.env ?? {}).map(([name, value]) =>
      part(name, `${name}=${textOf(value, secrets)}`),
    ),
    ...beside.flatMap(([container, { env = {} }]) =>
      Object.entries(env).map(([name, value]) =>
        part(variableOf(container, name), `${name}=${textOf(value, secrets)}`),
      ),
    ),
  ];
  const words = [
    ...wordsIn(values),
    ...beside.flatMap(([container, described]) =>
      wordsIn(described).map(([place, word]) => [`${container}.${place}`, word] as const),
    ),
  ].map(([place, word]) => part(place, word));
  const group = task === undefined ? "services" : "tasks";
  const owner = task ?? name;
  const isSet = (variable: string) =>
    kind !== "job" && own(own(settings[group], owner)?.env ?? {}, variable) !== undefined;
  const large = [
    ...variables.map((variable) => ({
      ...variable,
      where: isSet(variable.name)
        ? `flotilla:${pathOf([group, owner, "env", variable.name])}`
        : `${where}: ${pathOf(["env", variable.name])}`,
    })),
    ...words.map((word) => ({ ...word, where: `${where}: ${word.name}` })),
  ]
    .filter(({ bytes }) => bytes > LARGEST_STRING)
    .map(({ where, bytes }) => ({
      where,
      what: `has ${bytesText(bytes)}, and Linux limits a variable or an argument to ${bytesText(LARGEST_STRING)}`,
      todo: "Put the text into a file (`files`), and pass its path to the program.",
    }));
  const all = [...variables, ...words];
  if (large.length > 0 || sum(all) <= LARGEST_OBJECT) return large;
  return [
    {
      where,
      what: `${subject("the variables and arguments have", all)}, and the API server stores at most about ${bytesText(LARGEST_OBJECT)}`,
      todo: "Put the largest ones into files (`files`), and pass their paths to the program.",
    },
  ];
}

function annotationProblems(where: string, { ingress, service }: MicroserviceValues): Problem[] {
  return [["Ingress", ingress?.annotations] as const, ["Service", service?.annotations] as const].flatMap(
    ([kind, annotations = {}]) => {
      const parts = Object.entries(annotations).map(([name, value]) => part(name, `${name}${value}`));
      return sum(parts) <= LARGEST_ANNOTATIONS - OWN_ANNOTATIONS
        ? []
        : [
            {
              where,
              what: `${subject(`the annotations of the ${kind} have`, parts)}, and an object can have at most ${bytesText(LARGEST_ANNOTATIONS)}, including Flotilla's own`,
              todo: "Remove or shorten the largest ones.",
            },
          ];
    },
  );
}

function secretProblems(inventory: string, name: string, { owner, keys }: SecretPlan): Problem[] {
  const parts = Object.entries(keys).map(([key, text]) => part(key, literalOf(text)));
  if (sum(parts) <= LARGEST_OBJECT) return [];
  return [
    {
      where: `${inventory}: ${owner}: Secret ${name}`,
      what: `${subject("the keys have", parts)} without their passwords, and a Secret holds at most ${bytesText(LARGEST_OBJECT)}`,
      todo: "Move text that needs no password out of the variables or files with a password.",
    },
  ];
}

const part = (name: string, text: string): Part => ({ name, bytes: Buffer.byteLength(text, "utf8") });

const sum = (parts: readonly Part[]): number => parts.reduce((total, { bytes }) => total + bytes, 0);

/** Returns the known parts of a variable's text. */
function textOf(
  value: NonNullable<MicroserviceValues["env"]>[string],
  secrets: Readonly<Record<string, SecretPlan>>,
): string {
  if (typeof value === "string") return value;
  const { secret, key } = value as { secret?: string; key?: string };
  const text = secret === undefined || key === undefined ? undefined : own(secrets[secret]?.keys ?? {}, key);
  return text === undefined ? "" : literalOf(text);
}

/** Returns the parts of a text that are not passwords. */
const literalOf = (text: SecretText): string => text.filter((part) => typeof part === "string").join("");

/** Describes the total size of parts, and names the largest ones. */
function subject(they: string, parts: readonly Part[]): string {
  const largest = [...parts].sort((a, b) => b.bytes - a.bytes).slice(0, 3);
  const named = largest.map(({ name, bytes }) => `${name} ${bytesText(bytes)}`).join(", ");
  return `${they} ${bytesText(sum(parts))} together (${parts.length > largest.length ? "the largest: " : ""}${named})`;
}

/** Formats a size, such as `1,048,576 bytes`. */
export const bytesText = (bytes: number): string => `${bytes.toLocaleString("en-US")} bytes`;
