/** Finds what is larger than the API server or Linux takes, before anything is deployed. No exception helps here. */
import type { Settings } from "../config/schema";
import { own } from "../model/graph";
import { pathOf } from "../model/paths";
import type { Problem } from "../model/problems";
import { wordsIn } from "../model/words";
import type { AppContext } from "./context";
import type { ReleasePlan, SecretPlan, SecretText } from "./plan";
import type { MicroserviceValues } from "./services/microservice-values";

/** Largest content of a ConfigMap or a Secret, in bytes (Kubernetes' MaxSecretSize). */
export const LARGEST_OBJECT = 1024 * 1024;
/** Largest variable or argument with which Linux starts a program, in bytes (MAX_ARG_STRLEN, without the final zero). */
const LARGEST_STRING = 128 * 1024 - 1;
/** Largest sum of an object's annotations, in bytes (TotalAnnotationSizeLimitB). */
const LARGEST_ANNOTATIONS = 256 * 1024;
/** Room for the annotations that the chart and Helm add. */
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
      const where = `${inventory}: ${release.kind} ${release.name}`;
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

/** All files of a service are in one ConfigMap. */
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
      what: `${subject("its files have", files)}, and the ConfigMap that holds them takes at most ${bytesText(LARGEST_OBJECT)}`,
      todo: "Put what is large into the image, or let the program download it into a writable directory.",
    },
  ];
}

/** Linux limits single variables and arguments; the object that holds them all is limited by the API server's database. */
function stringProblems(
  where: string,
  { name: release, kind }: ReleasePlan,
  settings: Settings,
  values: MicroserviceValues,
  secrets: Readonly<Record<string, SecretPlan>>,
): Problem[] {
  const variables = Object.entries(values.env ?? {}).map(([name, value]) =>
    part(name, `${name}=${textOf(value, secrets)}`),
  );
  const words = wordsIn(values).map(([place, word]) => part(place, word));
  const isSet = (name: string) =>
    kind === "service" && own(own(settings.services, release)?.env ?? {}, name) !== undefined;
  const large = [
    ...variables.map((variable) => ({
      ...variable,
      where: isSet(variable.name)
        ? `flotilla:${pathOf(["services", release, "env", variable.name])}`
        : `${where}: ${pathOf(["env", variable.name])}`,
    })),
    ...words.map((word) => ({ ...word, where: `${where}: ${word.name}` })),
  ]
    .filter(({ bytes }) => bytes > LARGEST_STRING)
    .map(({ where, bytes }) => ({
      where,
      what: `it has ${bytesText(bytes)}, and Linux starts no program with a variable or an argument of more than ${bytesText(LARGEST_STRING)}`,
      todo: "Put the text into a file (`files`), and give the program its path.",
    }));
  const all = [...variables, ...words];
  if (large.length > 0 || sum(all) <= LARGEST_OBJECT) return large;
  return [
    {
      where,
      what: `${subject("its variables and arguments have", all)}, and the API server stores at most about ${bytesText(LARGEST_OBJECT)} of them`,
      todo: "Put the largest into files (`files`), and give the program their paths.",
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
              what: `${subject(`the annotations of its ${kind} have`, parts)}, and an object takes at most ${bytesText(LARGEST_ANNOTATIONS)} of them, ours included`,
              todo: "Remove or shorten the largest.",
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
      what: `${subject("its texts have", parts)} without their passwords, and a Secret takes at most ${bytesText(LARGEST_OBJECT)}`,
      todo: "Take out of the texts that mention a password what needs none.",
    },
  ];
}

const part = (name: string, text: string): Part => ({ name, bytes: Buffer.byteLength(text, "utf8") });

const sum = (parts: readonly Part[]): number => parts.reduce((total, { bytes }) => total + bytes, 0);

/** The text of a variable, as far as it is known. */
function textOf(
  value: NonNullable<MicroserviceValues["env"]>[string],
  secrets: Readonly<Record<string, SecretPlan>>,
): string {
  if (typeof value === "string") return value;
  const { secret, key } = value as { secret?: string; key?: string };
  const text = secret === undefined || key === undefined ? undefined : own(secrets[secret]?.keys ?? {}, key);
  return text === undefined ? "" : literalOf(text);
}

/** The parts of a text that are not passwords. */
const literalOf = (text: SecretText): string => text.filter((part) => typeof part === "string").join("");

/** Says how much the parts of something have, and which are the largest. */
function subject(they: string, parts: readonly Part[]): string {
  const largest = [...parts].sort((a, b) => b.bytes - a.bytes).slice(0, 3);
  const named = largest.map(({ name, bytes }) => `${name} ${bytesText(bytes)}`).join(", ");
  return `${they} ${bytesText(sum(parts))} together (${parts.length > largest.length ? "the largest: " : ""}${named})`;
}

/** A size, such as `1,048,576 bytes`. */
export const bytesText = (bytes: number): string => `${bytes.toLocaleString("en-US")} bytes`;
