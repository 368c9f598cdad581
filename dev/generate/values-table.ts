/** Generates the tables of values in a chart's README.md from the comments in its values.yaml. */
import { copyFileSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inTemporaryFolder } from "../../cli/tools/temporary";

// The package has no types.
const { runReadmeGenerator } = require("@bitnami/readme-generator-for-helm") as {
  runReadmeGenerator: (options: { values: string; readme: string }) => void;
};

/** Returns the README.md of the chart in `folder` with current tables. @throws Error if a value and its comment do not match. */
export async function readmeWithTable(folder: string): Promise<string> {
  return inTemporaryFolder(tmpdir(), async (temporary) => {
    const readme = join(temporary, "README.md");
    copyFileSync(join(folder, "README.md"), readme);
    runReadmeGenerator({ values: join(folder, "values.yaml"), readme });
    return readFileSync(readme, "utf8");
  });
}
