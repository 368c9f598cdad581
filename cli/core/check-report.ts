/** What `flotilla check` has looked at and found. */
import { fullPlace, type Problem } from "../../src/model/problems";
import type { Violation } from "../../src/plan/rules";
import type { Report } from "../tools/checks/report";

export type Severity = "error" | "warning" | "excepted";

export interface Row {
  severity: Severity;
  /** The stage that found it. */
  stage: string;
  /** The rule's name, or the checker's own name of the check. */
  check: string;
  where: string;
  what: string;
  /** What to do; of what is excepted the reason. */
  todo: string;
}

export interface Stage {
  stage: string;
  /** What was looked at, or why nothing was. */
  lookedAt: string;
  rows: Row[];
  /** Checks that are let be, besides those among the rows: an annotation of the object says why. */
  annotated?: number;
  /** Whether it was left out. */
  skipped?: boolean;
}

export const rowsOfProblems = (stage: string, problems: readonly Problem[]): Row[] =>
  problems.map((problem) => ({
    severity: "error",
    stage,
    check: problem.rule ?? stage,
    where: fullPlace(problem),
    what: problem.what,
    todo: problem.todo,
  }));

/** What is excepted, with its reason. */
export const rowsOfExceptions = (stage: string, violations: readonly Violation[]): Row[] =>
  violations.flatMap(({ rule, where, what, excepted }) =>
    excepted === undefined ? [] : [{ severity: "excepted", stage, check: rule, where, what, todo: excepted }],
  );

export const rowsOfReport = (stage: string, { findings }: Report): Row[] =>
  findings.map(({ severity, check, object, message }) => ({
    severity: severity === "critical" ? "error" : "warning",
    stage,
    check,
    where: object,
    what: message,
    todo: "Fix what the inventory or the stack says of it, or its chart.",
  }));

export const count = (stages: readonly Stage[], severity: Severity): number =>
  stages.flatMap(({ rows }) => rows).filter((row) => row.severity === severity).length;
