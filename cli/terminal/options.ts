/** Options that commands share. */
import { InvalidArgumentError, Option } from "commander";

/** The stack. `cli/main.ts` sets the selected stack where the option is not given. */
export const stackOption = (): Option =>
  new Option("-s, --stack <name>", "the stack; default: the selected one (pulumi stack select)").argParser(
    (name: string) => {
      // An unset variable in a script must not mean the selected stack.
      if (name === "") throw new InvalidArgumentError("The name is empty.");
      return name;
    },
  );

/** Skips a question; `after` says what is shown before it. */
export const yesOption = (after?: string): Option =>
  new Option("-y, --yes", after === undefined ? "do not ask" : `do not ask after ${after}`);

/** The versioned JSON of docs/json.md. */
export const jsonOption = (what = "print the result as a JSON object"): Option => new Option("--json", what);

/** Which nodes a new sandbox cluster has; the present one keeps its own. */
export const nodesOption = (): Option =>
  new Option(
    "--nodes <kind>",
    "nodes of a new cluster: simulated, real (Linux, as root; real:3 for three), or kind (with Docker or Podman)",
  ).choices(["simulated", "real", ...[2, 3, 4, 5].map((count) => `real:${count}`), "kind"]);

/** A cluster that the user has, instead of the sandbox's own. */
export const contextOption = (what: string): Option =>
  new Option("--context <name>", what).argParser((name: string) => {
    if (name === "") throw new InvalidArgumentError("The name is empty.");
    return name;
  });
