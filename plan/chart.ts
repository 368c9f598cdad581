/**
 * The charts a plan may name, and the digest of a local one.
 * This file is the one place where planning reads anything: a chart's own files, once per run.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { parse } from "yaml";
import { FlotillaError } from "../model/problems";
import { shortDigest } from "./digest";

/** A chart of this repository as read from disk. */
export interface LocalChart {
  /** Relative to the project: state made on one machine shows no difference on another. */
  path: string;
  name: string;
  version: string;
  /** First 12 hex digits of the SHA-256 over the names and contents of the files that are deployed. */
  digest: string;
  /** The JSON schema of its values. */
  schema: object;
}

/** The charts Flotilla deploys with, read once and handed to the plan. */
export interface Charts {
  microservice: LocalChart;
  store: LocalChart;
  /** `charts/lock.yaml`: by name, where a remote chart comes from and its exact version. */
  remote: Record<string, { url: string; version: string }>;
}

/** Reads the charts of a project folder. @throws FlotillaError when one is missing or broken. */
export function readCharts(project: string): Charts {
  return {
    microservice: readLocalChart(project, "charts/microservice"),
    store: readLocalChart(project, "charts/store"),
    remote: readLock(project),
  };
}

/** Helm's description of a release of a local chart: it changes whenever a file of the chart does. */
export function describeChart(chart: LocalChart): string {
  return `${chart.name} ${chart.version} sha256:${chart.digest}`;
}

function readLocalChart(project: string, path: string): LocalChart {
  const folder = resolve(project, path);
  const metadata = readYaml(join(folder, "Chart.yaml"), `${path}/Chart.yaml`) as {
    name?: string;
    version?: string;
  };
  if (!metadata?.name || !metadata.version)
    throw broken(`${path}/Chart.yaml`, "it has no name or no version", "Add both.");
  return {
    path: `./${path}`,
    name: metadata.name,
    version: metadata.version,
    digest: digestOf(
      folder,
      listFiles(folder).filter((file) => !isForReaders(relative(folder, file))),
    ),
    // JSON is YAML.
    schema: readYaml(join(folder, "values.schema.json"), `${path}/values.schema.json`) as object,
  };
}

/** What `.helmignore` keeps out of a release: the description, and values to try. */
const isForReaders = (file: string): boolean => file === "README.md" || file.startsWith(`ci${sep}`);

/** Digest over names and contents of files; names are relative to the root. */
export function digestOf(root: string, files: readonly string[]): string {
  return shortDigest(
    ...files.flatMap((file) => [relative(root, file).split(sep).join("/"), readFileSync(file)]),
  );
}

/** All files of a folder, sorted. Editors' backup files and a desktop's own files are no part of a chart. */
export function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/^(\.DS_Store|\.#.*|.*~|.*\.sw[op])$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function readLock(project: string): Charts["remote"] {
  const path = "charts/lock.yaml";
  const lock = readYaml(join(project, path), path) as { charts?: Charts["remote"] };
  return lock?.charts ?? {};
}

function readYaml(file: string, shown: string): unknown {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw broken(
      shown,
      `it cannot be read: ${(error as Error).message}`,
      "Restore it: git checkout -- charts",
    );
  }
}

function broken(where: string, what: string, todo: string): FlotillaError {
  return new FlotillaError([{ where, what, todo }]);
}
