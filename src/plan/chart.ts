/**
 * Reads the charts that a plan can use, with the digests of local ones. Planning reads files only here, once per run.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { gzipSync } from "node:zlib";
import { parse } from "yaml";
import { FlotillaError } from "../model/problems";
import { shortDigest } from "./digest";
import { packageOf } from "./package";

/** A chart of this package. */
export interface LocalChart {
  /** Path relative to the program's folder, so that state written on one machine shows no diff on another. */
  path: string;
  name: string;
  version: string;
  /** First 12 hex digits of the SHA-256 over the names and contents of the deployed files. */
  digest: string;
  /** The JSON Schema of the values. */
  schema: object;
  /** Size of the compressed files in Helm's Secret for a release, in bytes. */
  packed: number;
}

/** All charts that a plan can use. */
export interface Charts {
  microservice: LocalChart;
  store: LocalChart;
  /** The charts of `charts/lock.yaml`, by name. */
  remote: Record<string, RemoteChart>;
}

/** A locked chart in a registry. */
export interface RemoteChart {
  url: string;
  /** Exact version. */
  version: string;
  /** Tag of the chart's main image, which Jobs also use. */
  imageTag: string;
  /** SHA-256 of the chart's archive in hex. Undefined until `flotilla charts pull` records it. */
  sha256?: string;
  /** Path of the archive, relative to the project. */
  file: string;
  /** The archive, if it exists: its path as a chart, its SHA-256, and its size in bytes. */
  vendored?: { path: string; sha256: string; bytes: number };
}

/** Folder of the archives, relative to the project. It is in `.gitignore`. */
export const VENDOR = "charts/vendor";

/**
 * Reads the charts that a project deploys: the charts of its package, and the archives in its own `charts/vendor`.
 * @throws FlotillaError if a chart is missing or broken.
 */
export function readCharts(project: string): Charts {
  const library = packageOf(project);
  return {
    microservice: readLocalChart(library, "charts/microservice", project),
    store: readLocalChart(library, "charts/store", project),
    remote: readLock(project, library),
  };
}

/** Returns a path relative to the project. */
function pathFrom(project: string, path: string): string {
  const found = relative(project, path).split(sep).join("/");
  return found.startsWith("../") ? found : `./${found}`;
}

/** Returns Helm's description for a release of a local chart. It changes when any file of the chart changes. */
export function describeChart(chart: LocalChart): string {
  return `${chart.name} ${chart.version} sha256:${chart.digest}`;
}

function readLocalChart(library: string, path: string, project: string): LocalChart {
  const folder = resolve(library, path);
  const metadata = readYaml(join(folder, "Chart.yaml"), `${path}/Chart.yaml`) as {
    name?: string;
    version?: string;
  };
  if (!metadata?.name || !metadata.version)
    throw broken(`${path}/Chart.yaml`, "the name or the version is missing", "Add both.");
  const files = contentsOf(folder, chartFiles(folder));
  return {
    path: pathFrom(project, folder),
    name: metadata.name,
    version: metadata.version,
    digest: shortDigest(...files.flat()),
    packed: gzipSync(JSON.stringify(files.map(([, content]) => content.toString("base64")))).length,
    // JSON is YAML.
    schema: readYaml(join(folder, "values.schema.json"), `${path}/values.schema.json`) as object,
  };
}

/** Returns the files of a chart's folder that are part of a release. */
export const chartFiles = (folder: string): string[] =>
  listFiles(folder).filter((file) => !isForReaders(relative(folder, file)));

/** Whether `.helmignore` excludes a file: the README and the example values. */
const isForReaders = (file: string): boolean => file === "README.md" || file.startsWith(`ci${sep}`);

/** Returns a digest over the contents of files and their names relative to the root. */
export const digestOf = (root: string, files: readonly string[]): string =>
  shortDigest(...contentsOf(root, files).flat());

/** Returns the name of each file relative to the root, and its content. */
const contentsOf = (root: string, files: readonly string[]): [name: string, content: Buffer][] =>
  files.map((file) => [relative(root, file).split(sep).join("/"), readFileSync(file)]);

/** Returns all files of a folder, sorted, without editor backups and .DS_Store. */
export function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/^(\.DS_Store|\.#.*|.*~|.*\.sw[op])$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The lock file, relative to the project. */
export const LOCK = "charts/lock.yaml";

/** Returns the lock file that a project uses: its own, or the one of the package. */
export function lockOf(project: string, library = packageOf(project)): string {
  const own = join(project, LOCK);
  return existsSync(own) ? own : join(library, LOCK);
}

/** Returns the path of a chart's archive, relative to the project. */
export const archiveOf = (name: string, version: string): string => `${VENDOR}/${name}-${version}.tgz`;

/** Returns the SHA-256 of a file, in hex. */
export const sha256Of = (file: string): string =>
  createHash("sha256").update(readFileSync(file)).digest("hex");

function readLock(project: string, library: string): Charts["remote"] {
  const { charts = {} } = (readYaml(lockOf(project, library), LOCK) ?? {}) as {
    charts?: Record<string, Partial<Record<"url" | "version" | "imageTag" | "sha256", unknown>>>;
  };
  const restore = `Restore it: git checkout -- ${LOCK}`;
  const entries = Object.entries(charts).map(([name, locked]): [string, RemoteChart] => {
    const text = (key: "url" | "version" | "imageTag"): string => {
      const value = locked[key];
      if (typeof value !== "string") throw broken(LOCK, `${name} has no ${key}, or it is not text`, restore);
      return value;
    };
    const { sha256 } = locked;
    if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(String(sha256)))
      throw broken(LOCK, `the sha256 of ${name} is not 64 hex digits`, restore);
    const version = text("version");
    const file = archiveOf(name, version);
    const path = join(project, file);
    const chart: RemoteChart = { url: text("url"), version, imageTag: text("imageTag"), file };
    if (sha256 !== undefined) chart.sha256 = String(sha256);
    if (existsSync(path))
      chart.vendored = {
        path: pathFrom(project, path),
        sha256: sha256Of(path),
        bytes: statSync(path).size,
      };
    return [name, chart];
  });
  return Object.fromEntries(entries);
}

function readYaml(file: string, shown: string): unknown {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw broken(
      shown,
      `the file cannot be read: ${(error as Error).message}`,
      "Restore it: git checkout -- charts",
    );
  }
}

function broken(where: string, what: string, todo: string): FlotillaError {
  return new FlotillaError([{ where, what, todo }]);
}
