/** Writes a new project from the files in `cli/template`. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { PACKAGE } from "./paths";

const TEMPLATE = join(__dirname, "..", "template");

/** The template's application: its name, and the constant that defines it. */
const NAME = "my-shop";
const CONSTANT = "myShop";

/** Identifiers that the template's files already use. */
const TAKEN = ["address", "password", "text", "username", "catalogue", "deploy", "planOf", "assert"];

/** Files that are renamed, because npm does not pack them under their real names. */
const RENAMED: Record<string, string> = { gitignore: ".gitignore" };

/** The folder for the archive of this package, if it was installed from one. */
const VENDOR = "vendor";

type Manifest = Record<"dependencies" | "devDependencies", Record<string, string>> & {
  version: string;
};

/** Whether a path is a file or a folder that is not empty. */
export function isTaken(folder: string): boolean {
  const found = statSync(folder, { throwIfNoEntry: false });
  return found !== undefined && (!found.isDirectory() || readdirSync(folder).length > 0);
}

/** Writes the project of an application into a folder, which is created if necessary. */
export function writeProject(folder: string, application: string): void {
  const constant = constantFor(application);
  const write = (file: string, text: string) => {
    const named = join(dirname(file), RENAMED[basename(file)] ?? basename(file));
    const path = join(folder, named.replaceAll(NAME, application));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text.replaceAll(NAME, application).replaceAll(CONSTANT, constant));
  };
  for (const file of readdirSync(TEMPLATE, { recursive: true, encoding: "utf8" }))
    if (statSync(join(TEMPLATE, file)).isFile()) write(file, readFileSync(join(TEMPLATE, file), "utf8"));
  const archive = archiveOfPackage();
  if (archive !== undefined) cpSync(archive, join(folder, VENDOR, basename(archive)));
  write(
    "package.json",
    `${JSON.stringify(manifest(archive && `file:${VENDOR}/${basename(archive)}`), undefined, 2)}\n`,
  );
}

/** Turns `my-shop` into the name of a constant. */
function constantFor(application: string): string {
  const name = application.replace(/-+(.)/g, (_, letter: string) => letter.toUpperCase());
  return TAKEN.includes(name) || isReserved(name) ? `${name}Application` : name;
}

function isReserved(name: string): boolean {
  try {
    new Function(`"use strict"; const ${name} = 0;`);
    return false;
  } catch {
    return true;
  }
}

/** The template's package.json with the versions that this package was tested with. */
function manifest(own: string | undefined): object {
  const read = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Manifest;
  const { version, dependencies, devDependencies } = read(join(PACKAGE, "package.json"));
  const versions = { ...devDependencies, ...dependencies, flotilla: own ?? version };
  const template = read(join(TEMPLATE, "package.json"));
  const filled = (wanted: Record<string, string>) =>
    Object.fromEntries(
      Object.keys(wanted).map((name) => [
        name,
        String(versions[name as keyof typeof versions]).replace("^", ""),
      ]),
    );
  return {
    ...template,
    dependencies: filled(template.dependencies),
    devDependencies: filled(template.devDependencies),
  };
}

/** The archive that npm installed this package from, since no registry may have it. */
function archiveOfPackage(): string | undefined {
  const modules = dirname(PACKAGE);
  const lock = join(modules, ".package-lock.json");
  if (basename(modules) !== "node_modules" || !existsSync(lock)) return undefined;
  const { packages } = JSON.parse(readFileSync(lock, "utf8")) as {
    packages: Record<string, { resolved?: string }>;
  };
  const resolved = packages[`node_modules/${basename(PACKAGE)}`]?.resolved ?? "";
  const path = resolve(dirname(modules), resolved.replace(/^file:/, ""));
  return resolved.startsWith("file:") && path.endsWith(".tgz") && existsSync(path) ? path : undefined;
}
