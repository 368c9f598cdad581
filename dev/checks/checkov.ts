/** Runs Checkov, which reports insecure Kubernetes objects. */
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import execa from "execa";
import { say, step } from "../../cli/terminal/progress";
import type { Finding, Report } from "../../cli/tools/checks/report";
import { cacheFolder } from "../../cli/tools/paths";
import { inTemporaryFolder } from "../../cli/tools/temporary";
import { outsidePath } from "../../cli/tools/toolchain/ensure";
import { findOnPath } from "../../cli/tools/toolchain/search-path";

/** The version pinned in `checkov-requirements.txt`. */
const CHECKOV = "3.3.30";

/** Checks skipped for every service, with the reason. */
export const SKIPPED_CHECKS: Record<string, string> = {
  CKV_K8S_15:
    "imagePullPolicy Always: no container would restart while the registry is away; a mutable tag is always refused",
  CKV_K8S_35:
    "Secrets as files instead of variables: most programs only read variables; Secrets are referenced, never copied",
  CKV_K8S_43:
    "Images by digest: each environment decides whether it requires digests; a mutable tag is always refused",
};

interface Output {
  results: {
    failed_checks: Check[];
    skipped_checks: Check[];
    passed_checks: Check[];
  };
}

interface Check {
  check_id: string;
  check_name: string;
  resource: string;
  file_path: string;
}

/** Returns a report per named manifest text, or undefined if Checkov is not available: it needs Python 3.10 or later. */
export async function checkov<Name extends string>(
  manifests: Record<Name, string>,
): Promise<Record<Name, Report> | undefined> {
  const tool = await ensureCheckov();
  if (!tool) return undefined;
  mkdirSync(cacheFolder(), { recursive: true });
  return inTemporaryFolder(cacheFolder(), async (folder) => {
    const names = Object.keys(manifests) as Name[];
    for (const name of names) writeFileSync(join(folder, `${name}.yaml`), manifests[name]);
    const skips = Object.keys(SKIPPED_CHECKS).join(",");
    const { stdout, stderr } = await execa(
      tool,
      [
        "-d",
        ".",
        "--framework",
        "kubernetes",
        "--skip-check",
        skips,
        "--skip-download",
        "--compact",
        "-o",
        "json",
      ],
      { cwd: folder, reject: false },
    );
    if (!stdout.trimStart().startsWith("{")) throw new Error(`checkov failed: ${stderr || stdout}`);
    const { results } = JSON.parse(stdout) as Output;
    if (results === undefined) throw new Error(`checkov checked no objects: ${stdout}`);
    const of = (name: string) => (check: Check) => basename(check.file_path) === `${name}.yaml`;
    const reports = names.map((name) => [
      name,
      {
        findings: results.failed_checks.filter(of(name)).map(toFinding),
        passed: results.passed_checks.filter(of(name)).length,
        excepted: results.skipped_checks.filter(of(name)).length,
      },
    ]);
    return Object.fromEntries(reports);
  });
}

/** Without an account Checkov reports no severities, so every finding counts. */
const toFinding = ({ check_id, check_name, resource }: Check): Finding => ({
  severity: "critical",
  check: check_id,
  object: resource,
  message: check_name,
});

/** Returns the path of Checkov: the one on PATH, else one installed in a virtual environment, from a list pinned by hash. */
async function ensureCheckov(): Promise<string | undefined> {
  const tool = { name: "checkov", accepts: "^3", versionArguments: ["--version"] };
  const onPath = await findOnPath(tool, outsidePath(process.env.PATH ?? ""));
  if (onPath.found === "good") return onPath.path;
  const folder = join(cacheFolder(), "tools", `checkov-${CHECKOV}`);
  const path = join(folder, "bin", "checkov");
  if (existsSync(join(folder, "installed"))) return path;
  const python = await execa(
    "python3",
    ["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))"],
    { reject: false },
  );
  if (python.exitCode !== 0) {
    say("skipping checkov: it needs Python 3.10 or later with venv");
    return undefined;
  }
  await step(`installing checkov ${CHECKOV}`, () => install(folder));
  return path;
}

/** A virtual environment cannot be moved into place, so a marker file says that the installation is complete. */
async function install(folder: string): Promise<void> {
  mkdirSync(dirname(folder), { recursive: true });
  await execa("python3", ["-m", "venv", "--clear", folder]);
  const requirements = join(__dirname, "checkov-requirements.txt");
  await execa(join(folder, "bin", "pip"), [
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--only-binary=:all:",
    "--require-hashes",
    "-r",
    requirements,
  ]);
  const mark = join(folder, "installed");
  writeFileSync(`${mark}.new`, CHECKOV);
  renameSync(`${mark}.new`, mark);
}
