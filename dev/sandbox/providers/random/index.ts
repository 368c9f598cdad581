/** Stand-in for the official random plugin: RandomPassword, RandomString, RandomBytes, RandomId. */
import { randomBytes, randomInt } from "node:crypto";
import { standInVersion } from "../../../../cli/tools/provider-versions/sdk-version";
import { difference } from "../protocol/difference";
import { type Properties, type Property, revealMap, secret } from "../protocol/property";
import { serve } from "../protocol/server";

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const DIGITS = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

serve({
  name: "random",
  version: standInVersion("random"),

  async check(type, _name, _olds, news) {
    const { length, byteLength } = revealMap(news);
    const property = type === "random:index/randomId:RandomId" ? "byteLength" : "length";
    const value = property === "length" ? length : byteLength;
    const failures =
      typeof value === "number" && value < 1
        ? [{ property, reason: `expected ${property} to be at least 1` }]
        : [];
    return { inputs: news, failures };
  },

  // A random value never changes in place: every difference replaces it.
  diff(_type, oldInputs, news) {
    const changes = difference(oldInputs, news);
    return { changes, replaces: Object.keys(changes) };
  },

  async create(type, news, preview) {
    return preview ? { id: "", state: news } : generate(type, news);
  },

  async update(_type, _id, _state, news) {
    return news;
  },

  async read(_type, _id, state) {
    return { state };
  },

  async delete() {},
});

function generate(type: string, news: Properties): { id: string; state: Properties } {
  const inputs = revealMap(news);
  switch (type) {
    case "random:index/randomPassword:RandomPassword":
      return { id: "none", state: { ...news, result: secret(characters(inputs)) } };
    case "random:index/randomString:RandomString": {
      const result = characters(inputs);
      return { id: result, state: { ...news, result } };
    }
    case "random:index/randomBytes:RandomBytes": {
      const bytes = randomBytes(inputs.length as number);
      const base64 = bytes.toString("base64");
      return { id: "none", state: { ...news, base64: secret(base64), hex: secret(bytes.toString("hex")) } };
    }
    case "random:index/randomId:RandomId": {
      const bytes = randomBytes(inputs.byteLength as number);
      const prefix = typeof inputs.prefix === "string" ? inputs.prefix : "";
      const b64Url = bytes.toString("base64url");
      const state = {
        ...news,
        b64Std: prefix + bytes.toString("base64"),
        b64Url: prefix + b64Url,
        hex: prefix + bytes.toString("hex"),
        dec: prefix + BigInt(`0x${bytes.toString("hex")}`).toString(),
      };
      return { id: b64Url, state };
    }
    default:
      throw new Error(`the stand-in does not support ${type}; install the official random plugin`);
  }
}

/** Returns random characters from the allowed sets, with each set's minimum, in random order. */
function characters(inputs: Properties): string {
  const special = typeof inputs.overrideSpecial === "string" ? inputs.overrideSpecial : SPECIAL;
  const sets = [
    { characters: LOWER, use: inputs.lower, minimum: inputs.minLower },
    { characters: UPPER, use: inputs.upper, minimum: inputs.minUpper },
    { characters: DIGITS, use: inputs.numeric ?? inputs.number ?? true, minimum: inputs.minNumeric },
    { characters: special, use: inputs.special, minimum: inputs.minSpecial },
  ].filter(({ use }) => (use as Property | undefined) !== false);
  const drawn = sets.flatMap(({ characters: set, minimum }) =>
    Array.from({ length: typeof minimum === "number" ? minimum : 0 }, () => pick(set)),
  );
  const all = sets.map(({ characters: set }) => set).join("");
  if (all === "") throw new Error("no characters are allowed");
  while (drawn.length < (inputs.length as number)) drawn.push(pick(all));
  return shuffle(drawn).join("");
}

const pick = (set: string): string => set[randomInt(set.length)] as string;

function shuffle<T>(items: T[]): T[] {
  for (let index = items.length - 1; index > 0; index--) {
    const other = randomInt(index + 1);
    [items[index], items[other]] = [items[other] as T, items[index] as T];
  }
  return items;
}
