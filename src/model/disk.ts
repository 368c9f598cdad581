/** Reads files beside an inventory. */
import { readFileSync, statSync } from "node:fs";
import { isAbsolute, join, normalize, sep } from "node:path";
import type { Binary } from "./application";

/** A file that cannot be read. The inventory is refused with the reason. */
export interface Unreadable {
  unreadable: string;
}

/** Largest file that fits into a ConfigMap, in bytes. */
const LARGEST = 1024 * 1024;

/**
 * Returns the content of a file, for `files`: text if it is UTF-8, otherwise binary content. `folder` is that of the inventory,
 * `__dirname`, and the path leads into it: what a rollback deploys again has to be part of the commit's program.
 *
 * @example
 * files: { "/app/logo.png": fromFile(__dirname, "files/logo.png") }
 */
export function fromFile(folder: string, path: string): string | Binary | Unreadable {
  const inside = normalize(path);
  if (isAbsolute(inside) || inside.split(sep)[0] === "..")
    return { unreadable: `${path} is not in the folder of the inventory: put the file there` };
  const file = join(folder, inside);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return { unreadable: `there is no file ${path} beside the inventory` };
  if (found.isDirectory()) return { unreadable: `${path} is a folder: name each of its files` };
  if (!found.isFile()) return { unreadable: `${path} is not a file` };
  if (found.size > LARGEST)
    return {
      unreadable: `${path} has ${found.size.toLocaleString("en-US")} bytes, and a ConfigMap takes at most ${LARGEST.toLocaleString("en-US")}: put it into the image, or let the program download it`,
    };
  try {
    const bytes = readFileSync(file);
    return textOf(bytes) ?? { base64: bytes.toString("base64") };
  } catch (error) {
    return { unreadable: `${path} cannot be read: ${(error as NodeJS.ErrnoException).code}` };
  }
}

/** Returns bytes as text. Undefined if they are not UTF-8, or have characters that no text has. */
function textOf(bytes: Buffer): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they tell binary content from text.
    return /[\0-\x08\x0b\x0e-\x1f\x7f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
