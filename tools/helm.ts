/** Helm, for what needs no cluster. */
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { inTemporaryFolder } from "./temporary";
import { ensureTools } from "./toolchain/ensure";

let path: Promise<string> | undefined;

/** Path of helm; installed when it is missing. */
export function helm(): Promise<string> {
  path ??= ensureTools(["helm"]).then((tools) => tools.helm?.path as string);
  return path;
}

/** What helm makes of a chart (a folder or an archive) and values. @throws Error with helm's words. */
export async function template(
  chart: string,
  { release, namespace, values }: { release: string; namespace: string; values: object },
  further: readonly string[] = [],
): Promise<string> {
  return inTemporaryFolder(tmpdir(), async (folder) => {
    const file = join(folder, "values.json");
    writeFileSync(file, JSON.stringify(values));
    const args = ["template", release, chart, "--namespace", namespace, "-f", file, ...further];
    return (await execa(await helm(), args)).stdout;
  });
}
