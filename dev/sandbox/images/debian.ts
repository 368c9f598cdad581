/** Unpacks packages of Debian into a folder: the file system of an image. Nothing of them runs. */
import { chmodSync, copyFileSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import execa from "execa";
import { executablesOnPath } from "../../../cli/tools/toolchain/search-path";
import type { Recipe } from "./recipes";
import { usersOf, writeFiles } from "./root-files";

/** The release of Debian that packages come from, unless a recipe needs another one. */
const STABLE = "trixie";

/** Not needed in a container. */
const EXCLUDED = ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/info/*", "/usr/share/locale/*"];

const ENTRYPOINTS = join(__dirname, "entrypoints");

/** Where an image has its entrypoint. */
export const ENTRYPOINT = "/usr/local/bin/entrypoint.sh";

export const entrypointOf = (name: string): string => join(ENTRYPOINTS, `${name}.sh`);

/** Returns the programs that a recipe needs and that are not on PATH. */
export function missingPrograms({ jars }: Recipe, path = process.env.PATH ?? ""): string[] {
  const needed = ["mmdebstrap", ...(jars === undefined ? [] : ["mvn"])];
  return needed.filter((program) => executablesOnPath(program, path).length === 0);
}

/** Writes the file system of a recipe into a new folder. */
export async function unpackRecipe(name: string, recipe: Recipe, tag: string, root: string): Promise<void> {
  await execa("mmdebstrap", [
    ...["--quiet", "--variant=extract", "--aptopt=Acquire::Check-Valid-Until false"],
    ...[...EXCLUDED, ...(recipe.exclude ?? [])].map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
    ...[`--include=${recipe.packages.join(",")}`, recipe.suite ?? STABLE, root],
  ]);
  if (recipe.packages.includes("busybox")) await linkApplets(root);
  else symlinkSync("bash", join(root, "usr/bin/sh"));
  if (recipe.jars) await addJars(recipe.jars, tag, root);
  if (recipe.hasEntrypoint) {
    const target = join(root, ENTRYPOINT);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(entrypointOf(name), target);
    chmodSync(target, 0o755);
  }
  writeFiles(root, { ...usersOf(recipe.user), ...recipe.files });
}

/** Links each program that busybox contains to busybox, unless a package has that program. */
async function linkApplets(root: string): Promise<void> {
  const { stdout } = await execa("chroot", [root, "/usr/bin/busybox", "--list"]);
  for (const applet of stdout.split("\n").filter((each) => each !== "busybox")) {
    const path = join(root, "usr/bin", applet);
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) symlinkSync("busybox", path);
  }
}

async function addJars({ coordinate, folder }: NonNullable<Recipe["jars"]>, version: string, root: string) {
  const target = join(root, folder);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, "pom.xml"), pomOf(coordinate, version));
  const goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
  await execa("mvn", ["--batch-mode", "--quiet", goal, "-DincludeScope=runtime", "-DoutputDirectory=."], {
    cwd: target,
  });
}

function pomOf(coordinate: string, version: string): string {
  const [group, artifact] = coordinate.split(":");
  const library = `<groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>`;
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>dev.flotilla</groupId><artifactId>image</artifactId><version>1</version>
  <dependencies><dependency>${library}</dependency></dependencies>
</project>
`;
}
