/** Resources that the cluster has already, and that this one update takes into the stack's state: `flotilla adopt`. */
import * as pulumi from "@pulumi/pulumi";

/** The variable that names them: a JSON object of ids by `<type>::<name>`. */
export const ADOPT = "FLOTILLA_ADOPT";

/** Lets the engine import the resources that the variable names. Without it nothing happens. Returns whether there are any. */
export function importAdopted(environment = process.env): boolean {
  const ids = JSON.parse(environment[ADOPT] ?? "{}") as Record<string, string>;
  if (Object.keys(ids).length === 0) return false;
  pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
    const id = ids[`${type}::${name}`];
    return id === undefined ? undefined : { props, opts: pulumi.mergeOptions(opts, { import: id }) };
  });
  return true;
}
