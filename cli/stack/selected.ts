/** The stack that `pulumi stack select` has selected for this project. */
import execa from "execa";
import { UsageError } from "../tools/failure";
import { PROJECT } from "../tools/paths";
import { isMissing } from "./engine";
import { PROJECT_NAME } from "./project";

/**
 * Returns the name of the selected stack, with its organization where the backend has several.
 * @throws UsageError when no stack is selected.
 */
export async function selectedStack(): Promise<string> {
  const ended = await execa(
    "pulumi",
    ["stack", "--show-name", "--fully-qualify-stack-names", "--non-interactive"],
    { cwd: PROJECT, reject: false, stdin: "ignore" },
  );
  const { exitCode, stdout, stderr } = ended;
  // Backends of files and buckets have one organization, which has this name.
  if (exitCode === 0) return stdout.trim().replace(`organization/${PROJECT_NAME}/`, "");
  const why = isMissing(ended)
    ? "pulumi, which knows the selected one, is not on PATH"
    : !stderr || /no stack selected/.test(stderr)
      ? "none is selected"
      : `pulumi cannot tell the selected one: ${stderr.trim()}`;
  throw new UsageError(
    `no stack is given, and ${why}\n  Name one with --stack <name>, or select one: pulumi stack select <name>`,
  );
}
