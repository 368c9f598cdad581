/** Whether a path is a key or below that key. */
export const isAtOrBelow = (path: string, key: string): boolean =>
  path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`);

/** Characters that end a key in a Pulumi path (`sdk/go/common/resource/property_path.go`). */
const SPECIAL = /[.[\]"]|^$/;

/** Writes a path as `pulumi config set --path` reads it: a key with a dot is `env["discovery.type"]`. */
export const pathOf = (path: readonly PropertyKey[]): string => path.reduce<string>(append, "");

function append(path: string, step: PropertyKey): string {
  if (typeof step === "number") return `${path}[${step}]`;
  const key = String(step);
  if (SPECIAL.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
