/** kube-score: best practices for Kubernetes objects. */
import execa from "execa";
import { ensureTools } from "../toolchain/ensure";
import { KUBERNETES } from "../toolchain/specification";
import { type Finding, nothingChecked, type Report } from "./report";

/** Grades of kube-score: 10 is OK, 7 almost OK, 5 a warning, 1 critical. */
const FINE = 7;
const WARNING = 5;

interface ScoredObject {
  type_meta: { kind: string };
  object_meta: { name: string; annotations?: Record<string, string> };
  checks: {
    check: { id: string };
    grade: number;
    skipped: boolean;
    comments: { path: string; summary: string }[] | null;
  }[];
}

/** Scores objects together, because some checks need several. `ignored`: kube-score's names of tests to skip. */
export async function kubeScore(manifests: string, ignored: readonly string[] = []): Promise<Report> {
  if (manifests === "") return nothingChecked();
  const { "kube-score": tool } = await ensureTools(["kube-score"]);
  const minor = KUBERNETES.split(".").slice(0, 2).join(".");
  // It exits with 1 if it finds something.
  const { stdout, stderr, exitCode } = await execa(
    tool?.path as string,
    [
      "score",
      ...["--kubernetes-version", `v${minor}`, "--output-format", "json"],
      // CPU limits are optional: they throttle pods even on idle nodes.
      "--ignore-container-cpu-limit",
      // It wants Always, with which no container restarts while the registry is away. Tags do not move: rule moving-tag.
      ...["--ignore-test", "container-image-pull-policy"],
      ...ignored.flatMap((test) => ["--ignore-test", test]),
      "-",
    ],
    { input: manifests, reject: false },
  );
  if (exitCode > 1 || !stdout.startsWith("[")) throw new Error(`kube-score failed: ${stderr || stdout}`);
  const report = nothingChecked();
  for (const object of JSON.parse(stdout) as ScoredObject[]) {
    const exceptions = object.object_meta.annotations?.["kube-score/ignore"]?.split(",") ?? [];
    for (const { check, grade, skipped, comments } of object.checks) {
      // Optional checks are skipped too.
      if (skipped) report.excepted += exceptions.includes(check.id) ? 1 : 0;
      else if (grade >= FINE) report.passed += 1;
      else report.findings.push(finding(object, check.id, grade, comments ?? []));
    }
  }
  return report;
}

function finding(
  object: ScoredObject,
  check: string,
  grade: number,
  comments: { path: string; summary: string }[],
): Finding {
  return {
    severity: grade >= WARNING ? "warning" : "critical",
    check,
    object: `${object.type_meta.kind} ${object.object_meta.name}`,
    message: comments.map(({ path, summary }) => (path ? `${path}: ${summary}` : summary)).join("; "),
  };
}
