/** Reads files next to an inventory. */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, normalize, relative, sep } from "node:path";
import type { Binary } from "./application";

/** A file that cannot be read. The inventory is refused with the reason. */
export interface Unreadable {
  unreadable: string;
}

/** Largest file that fits into a ConfigMap, in bytes. */
const LARGEST = 1024 * 1024;

/**
 * Returns the content of a file, for `files`: text if it is UTF-8, otherwise binary content. `folder` is the folder of the
 * inventory, `__dirname`. The file must be inside it, so that it is part of the commit that a rollback deploys again.
 *
 * @example
 * files: { "/app/logo.png": fromFile(__dirname, "files/logo.png") }
 */
export function fromFile(folder: string, path: string): string | Binary | Unreadable {
  if (typeof path !== "string") return { unreadable: "fromFile takes two arguments: __dirname and a path" };
  const inside = normalize(path);
  if (isAbsolute(inside) || inside.split(sep)[0] === "..") return outside(path);
  try {
    const file = join(folder, inside);
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined)
      return { unreadable: `the file ${path} does not exist in the folder of the inventory` };
    if (relative(realpathSync(folder), realpathSync(file)).split(sep)[0] === "..") return outside(path);
    if (found.isDirectory()) return { unreadable: `${path || "."} is a folder: name each of its files` };
    if (!found.isFile()) return { unreadable: `${path} is not a file` };
    if (found.size > LARGEST)
      return {
        unreadable: `${path} has ${found.size.toLocaleString("en-US")} bytes, and a ConfigMap holds at most ${LARGEST.toLocaleString("en-US")}: add it to the image, or let the program download it`,
      };
    return contentOf(readFileSync(file));
  } catch (error) {
    return { unreadable: `${JSON.stringify(path)} cannot be read: ${(error as NodeJS.ErrnoException).code}` };
  }
}

const outside = (path: string): Unreadable => ({
  unreadable: `${path} is not in the folder of the inventory: move the file there`,
});

/** Returns the content of a file: text if it is UTF-8, otherwise binary content. */
export const contentOf = (bytes: Uint8Array): string | Binary =>
  textOf(bytes) ?? { base64: Buffer.from(bytes).toString("base64") };

/** Returns bytes as text. Undefined if they are not UTF-8 or have control characters. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they tell binary content from text.
    return /[\0-\x08\x0b\x0e-\x1f\x7f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
