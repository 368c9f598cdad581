/** The version of the JSON that commands print (docs/json.md). A field that is removed or gets another meaning raises it. */
const VERSION = 1;

/** Returns a result as commands print it for programs: one object, its version first. */
export const resultJson = (result: object, { indent = 2 } = {}): string =>
  jsonText({ version: VERSION, ...result }, indent);

/** Returns a value as JSON with a final newline. */
export const jsonText = (value: unknown, indent = 2): string => `${JSON.stringify(value, null, indent)}\n`;
