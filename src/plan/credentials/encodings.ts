/** How passwords and user names are encoded as parts of text. */

/** An encoding, for the plan and for a template of the External Secrets Operator. */
interface Encoder {
  encode(plain: string): string;
  /** Go template functions, including sprig. */
  template: string;
}

const QUOTES = ` | trimPrefix "\\"" | trimSuffix "\\""`;

export const ENCODERS = {
  /** Part of a URL. `urlquery` encodes a space as +, which is only valid in a query. */
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
  /** Part of a JSON string, without the quotes. Also valid in double-quoted YAML and TOML. */
  jsonString: { encode: (plain) => JSON.stringify(plain).slice(1, -1), template: ` | toJson${QUOTES}` },
  /** Part of a single-quoted YAML string. */
  yamlString: { encode: (plain) => plain.replaceAll("'", "''"), template: ` | replace "'" "''"` },
  /** Part of a value in Java properties, which are read as Latin-1. */
  properties: {
    encode: (plain) =>
      plain
        .replace(/[\\ ]/g, "\\$&")
        .replaceAll("\n", "\\n")
        .replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`),
    template: ` | printf "%+q"${QUOTES} | replace " " "\\\\ "`,
  },
  /** Part of an XML attribute or text. */
  xml: {
    encode: (plain) => plain.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
    template: " | html",
  },
  /** Part of an XML CDATA section, which is split at each `]]>`. */
  cdata: {
    encode: (plain) => plain.replaceAll("]]>", "]]]]><![CDATA[>"),
    template: ' | replace "]]>" "]]]]><![CDATA[>"',
  },
} satisfies Record<string, Encoder>;

export type Encoding = keyof typeof ENCODERS;
