/** The transform of the project's program, so that commands plan the same as the program. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FlotillaError } from "../../src/model/problems";
import type { Transform } from "../../src/plan/transform";
import { PROJECT } from "../tools/paths";
import { loadTypeScript } from "../tools/typescript";

let known: { transform?: Transform } | undefined;

/** Returns the transform that `index.ts` passes to `deploy`; undefined if it has none. @throws FlotillaError if it does not load. */
export function projectTransform(): Transform | undefined {
  known ??= load();
  return known.transform;
}

/** Loads `index.ts` only if it mentions a transform: the SDK that it imports takes a second. */
function load(): { transform?: Transform } {
  const file = ["index.ts", "index.js"].find((name) => existsSync(join(PROJECT, name)));
  if (file === undefined) return {};
  const path = join(PROJECT, file);
  if (!/\btransform\b/.test(readFileSync(path, "utf8"))) return {};
  if (path.endsWith(".ts")) loadTypeScript();
  try {
    return require(path) as { transform?: Transform };
  } catch (error) {
    throw new FlotillaError([
      {
        where: file,
        what: `it does not load: ${(error instanceof Error ? error.message : String(error)).split("\n")[0]}`,
        todo: "Fix it: pulumi cannot run it either.",
      },
    ]);
  }
}
