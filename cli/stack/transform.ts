/** The transform of the project's program, so that commands plan what the program plans. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FlotillaError } from "../../src/model/problems";
import type { Transform } from "../../src/plan/transform";
import { PROJECT } from "../tools/paths";
import { loadTypeScript } from "../tools/typescript";

const FILES = ["index.ts", "index.js"];

let known: { transform?: Transform } | undefined;

/** Returns the transform that the program gives to `deploy`, or undefined if it has none. @throws FlotillaError if it does not load. */
export function projectTransform(): Transform | undefined {
  known ??= load();
  return known.transform;
}

/** Loads the program only if it names a transform: the SDK that it imports takes a second. */
function load(): { transform?: Transform } {
  const file = FILES.find((name) => existsSync(join(PROJECT, name)));
  if (file === undefined) return {};
  const path = join(PROJECT, file);
  if (!/\btransform\b/.test(readFileSync(path, "utf8"))) return {};
  if (file.endsWith(".ts")) loadTypeScript();
  try {
    return require(path) as { transform?: Transform };
  } catch (error) {
    throw new FlotillaError([
      {
        where: file,
        what: `it does not load: ${error instanceof Error ? error.message : String(error)}`,
        todo: "Correct it: pulumi cannot run it either.",
      },
    ]);
  }
}
