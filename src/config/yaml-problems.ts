/** Turns the faults of a YAML text into problems of settings. */
import { pathOf } from "../model/paths";
import type { Problem } from "../model/problems";
import { schemaAt } from "../model/schema-tree";
import { mayBeSecret } from "../model/secret-like";
import { CREDENTIALS } from "./credentials";
import { PREFIX } from "./prefix";
import { settingsSchema } from "./schema";
import { readYaml } from "./yaml";
import type { Fault } from "./yaml-nodes";
import type { Advice } from "./yaml-syntax";

/** Returns the problems of the settings. The config of Pulumi and of other programs in the file is not checked. */
export function faultsIn(faults: readonly Fault[], file: string): Problem[] {
  const prefix = `${PREFIX}:`;
  return faults.flatMap((fault): Problem[] => {
    const [part, key, ...rest] = fault.path;
    const isSetting = part === "config" && String(key).startsWith(prefix);
    if (!isSetting && fault.path.length > 1) return [];
    const setting = [String(key).slice(prefix.length), ...rest];
    return [
      {
        where: isSetting ? `${prefix}${pathOf(setting)}` : pathOf(fault.path),
        ...adviceOn(fault, setting),
        place: { file, line: fault.line },
      },
    ];
  });
}

/** What to write for a setting that is not text, by its type. */
const INSTEAD_OF_TEXT: Record<string, string> = {
  int: "Write a number in digits, without quotes.",
  number: "Write a number in digits, without quotes.",
  boolean: "Write true or false.",
};

/** Returns what is wrong with a setting. A value that may be a secret is not quoted. */
function adviceOn({ what, todo, scalar }: Fault, setting: readonly PropertyKey[]): Advice {
  if (!scalar) return { what, todo };
  const { source, meant } = scalar;
  if (setting[0] === CREDENTIALS || mayBeSecret(String(setting.at(-1)), source))
    return {
      what: "YAML does not read the value as the text that is written",
      todo: "Put quotes around it.",
    };
  const schema = schemaAt(settingsSchema, setting.map(String));
  const takes = (value: unknown): boolean => schema?.safeParse(value).success === true;
  if (meant !== undefined && !takes(source) && takes(JSON.parse(meant)))
    return { what, todo: `Write ${meant}.` };
  const expected = schema
    ?.safeParse(source)
    .error?.issues.map((issue) => (issue as { expected?: string }).expected)[0];
  return { what, todo: INSTEAD_OF_TEXT[expected ?? ""] ?? todo };
}

/** Returns the faults of numbers in a setting that is JSON text, as `pulumi config set` writes it. */
export function jsonFaults(text: string): Fault[] {
  if (!/^\s*[[{]/.test(text)) return [];
  const yaml = readYaml(text);
  // The rules for strings differ in JSON.
  return "broken" in yaml ? [] : yaml.faults.filter(({ scalar }) => scalar);
}
