/**
 * The text of files. Passwords and user names of externals can have any characters, so they are encoded for the format of the
 * file: JSON, YAML, Java properties or XML, by the file extension. In other files they are not encoded.
 */
import { Document, parseAllDocuments, type Scalar, visit } from "yaml";
import type { Reference, Text } from "../../model/text";
import type { AppContext } from "../context";
import { ENCODERS, type Encoding } from "../credentials/encodings";
import { joined, resolve } from "../hosts";
import type { SecretText } from "../plan";

/** Replaces the references in a file. Passwords stay names of credentials. */
export function fillFile(context: AppContext, path: string, text: Text): SecretText {
  const parts = typeof text === "string" ? [text] : text;
  const places = placesIn(path, parts);
  return joined(
    parts.map((part, index) => {
      if (typeof part === "string") return part;
      const value = resolve(context, part);
      const place = places[index];
      if (place === undefined || place === "unquoted") return value;
      return typeof value === "string" ? ENCODERS[place].encode(value) : { ...value, encoding: place };
    }),
  );
}

/** Returns the passwords and user names in a YAML file that are part of values without quotes. */
export const unquotedIn = (path: string, text: Text): Reference[] =>
  typeof text === "string"
    ? []
    : placesIn(path, text).flatMap((place, index) =>
        place === "unquoted" ? [text[index] as Reference] : [],
      );

/** How a part is encoded. `unquoted`: part of a value without quotes, where some characters would end the value. */
type Place = Encoding | "unquoted" | undefined;

/** Returns how the parts of a file are encoded. `undefined`: not encoded. */
function placesIn(path: string, parts: readonly (string | Reference)[]): Place[] {
  const format = /\.(json|ya?ml|properties|xml)$/i.exec(path)?.[1]?.toLowerCase();
  if (format === undefined || !parts.some(isLogin)) return parts.map(() => undefined);
  const found =
    format === "json"
      ? jsonPlaces(parts)
      : format === "properties"
        ? parts.map((): Place => format)
        : format === "xml"
          ? xmlPlaces(parts)
          : yamlPlaces(parts);
  return parts.map((part, index) => (isLogin(part) ? found[index] : undefined));
}

/** Whether a part is a value that must be encoded, unless the inventory says how: a user name, password or secret. */
const isLogin = (part: string | Reference): boolean =>
  typeof part !== "string" &&
  (part.ref === "password" || part.ref === "username" || part.ref === "secret") &&
  part.encoding === undefined;

/** Returns which parts of a JSON text are within a string. Comments are allowed, as in many programs. */
function jsonPlaces(parts: readonly (string | Reference)[]): Encoding[] {
  let place: "" | '"' | "//" | "/*" = "";
  return parts.map((part) => {
    if (typeof part === "string")
      for (const [token] of part.matchAll(/\\.|"|\/\/|\/\*|\*\/|\n/gs)) {
        if (token === '"' && (place === "" || place === '"')) place = place === "" ? '"' : "";
        else if (place === "" && (token === "//" || token === "/*")) place = token;
        else if ((place === "//" && token === "\n") || (place === "/*" && token === "*/")) place = "";
      }
    return place === "" ? "json" : "jsonString";
  });
}

/** Returns which parts of an XML text are within a CDATA section, where nothing is escaped. */
function xmlPlaces(parts: readonly (string | Reference)[]): Encoding[] {
  let inCdata = false;
  return parts.map((part) => {
    const [last] = typeof part === "string" ? (part.match(/<!\[CDATA\[|\]\]>/g)?.slice(-1) ?? []) : [];
    if (last !== undefined) inCdata = last !== "]]>";
    return inCdata ? "cdata" : "xml";
  });
}

/** Returns how parts of a YAML text are encoded, by the quotes of the values that contain them. */
function yamlPlaces(parts: readonly (string | Reference)[]): Place[] {
  const literals = parts.filter((part) => typeof part === "string").join("");
  let mark = "FLOTILLA";
  while (literals.includes(mark)) mark += "X";
  const markOf = (index: number) => `${mark}Z${index}Z`;
  const text = parts.map((part, index) => (typeof part === "string" ? part : markOf(index))).join("");
  const places: Place[] = parts.map(() => undefined);
  for (const document of parseAllDocuments(text, { strict: false, uniqueKeys: false, logLevel: "silent" }))
    if (document instanceof Document && document.errors.length === 0)
      visit(document, {
        Scalar: (_, { value, type }: Scalar) => {
          parts.forEach((_part, index) => {
            if (typeof value !== "string" || !value.includes(markOf(index))) return;
            if (type === "QUOTE_DOUBLE") places[index] = "jsonString";
            else if (type === "QUOTE_SINGLE") places[index] = "yamlString";
            // A password such as 12345 would otherwise be a number.
            else if (type === "PLAIN") places[index] = value === markOf(index) ? "json" : "unquoted";
          });
        },
      });
  return places;
}
