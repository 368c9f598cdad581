/** How passwords and user names are encoded in the texts that they are parts of. */

/** An encoding, for the plan and for a template of the External Secrets Operator. */
interface Encoder {
  encode(plain: string): string;
  /** Functions of a Go template, with those of sprig. */
  template: string;
}

const QUOTES = ` | trimPrefix "\\"" | trimSuffix "\\""`;

export const ENCODERS = {
  /** A part of a URL. `urlquery` encodes a space as +, which is valid only in a query. */
  uri: {
    encode: (plain) =>
      encodeURIComponent(plain).replace(
        /[!'()*]/g,
        (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    template: ' | urlquery | replace "+" "%20"',
  },
  /** A JSON string with its quotes. */
  json: { encode: (plain) => JSON.stringify(plain), template: " | toJson" },
  /** A part of a JSON string, between its quotes. Double-quoted YAML and TOML read it as well. */
  jsonString: { encode: (plain) => JSON.stringify(plain).slice(1, -1), template: ` | toJson${QUOTES}` },
  /** A part of a single-quoted string of YAML. */
  yamlString: { encode: (plain) => plain.replaceAll("'", "''"), template: ` | replace "'" "''"` },
  /** A part of a value of Java properties, which are read as Latin-1. */
  properties: {
    encode: (plain) =>
      plain
        .replace(/[\\ ]/g, "\\$&")
        .replaceAll("\n", "\\n")
        .replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`),
    template: ` | printf "%+q"${QUOTES} | replace " " "\\\\ "`,
  },
  /** A part of an attribute or a text of XML. */
  xml: {
    encode: (plain) => plain.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
    template: " | html",
  },
} satisfies Record<string, Encoder>;

export type Encoding = keyof typeof ENCODERS;
