/** Text files in the file system of an image. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Recipe } from "./recipes";

/** Writes files into the root of an image, by their path in it. */
export function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

/** Returns the files that name the users of an image: root, one of its own if it has one, and nobody. */
export function usersOf(user?: Recipe["user"]): Record<string, string> {
  const users = [
    { name: "root", id: 0, home: "/root" },
    ...(user === undefined ? [] : [user]),
    { name: "nobody", id: 65534, home: "/nonexistent" },
  ];
  return {
    "/etc/passwd": users.map(({ name, id, home }) => `${name}:x:${id}:${id}::${home}:/bin/sh\n`).join(""),
    "/etc/group": users.map(({ name, id }) => `${name}:x:${id}:\n`).join(""),
  };
}
