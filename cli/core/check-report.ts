/** The report of `flotilla check`: its stages and their findings. */

import type { OptionalChecker } from "../../src/config/rules";
import { own } from "../../src/model/graph";
import { fullPlace, type Problem } from "../../src/model/problems";
import type { Violation } from "../../src/plan/rules";
import type { Report } from "../tools/checks/report";

export type Severity = "error" | "warning" | "excepted";

export interface Row {
  severity: Severity;
  /** The stage that found it. */
  stage: string;
  /** The rule's name, or the name that the external checker gives the check. */
  check: string;
  where: string;
  what: string;
  /** What to do; for an excepted row, the reason of the exception. */
  todo: string;
}

export interface Stage {
  stage: string;
  /** What was checked, or why nothing was. */
  lookedAt: string;
  rows: Row[];
  /** Checks suppressed by an annotation of the object; they have no row. */
  annotated?: number;
  /** Whether the stage was skipped. */
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

/** Violations that are only warnings, without the excepted ones. */
export const rowsOfWarnings = (stage: string, violations: readonly Violation[]): Row[] =>
  violations.flatMap(({ rule, where, what, todo, excepted }) =>
    excepted === undefined ? [{ severity: "warning", stage, check: rule, where, what, todo }] : [],
  );

/** The excepted violations, with their reasons. */
export const rowsOfExceptions = (stage: string, violations: readonly Violation[]): Row[] =>
  violations.flatMap(({ rule, where, what, excepted }) =>
    excepted === undefined ? [] : [{ severity: "excepted", stage, check: rule, where, what, todo: excepted }],
  );

/**
 * The findings of an optional checker, as warnings: an error must not depend on which tools are installed. `ownerOf` returns the
 * service or store that an object belongs to, with its exceptions.
 */
export const rowsOfReport = (
  stage: OptionalChecker,
  { findings }: Report,
  ownerOf: (object: string) => ObjectOwner | undefined,
): Row[] =>
  findings.map(({ check, object, message }) => {
    const exception = `${stage}/${check}`;
    const owner = ownerOf(object);
    const reason = owner && own(owner.exceptions, exception);
    return {
      severity: reason === undefined ? "warning" : "excepted",
      stage,
      check,
      where: object,
      what: message,
      todo:
        reason ??
        (owner === undefined
          ? "Fix it in the inventory, the stack's settings or its chart."
          : `Fix it in the inventory or the stack's settings, or state why it is acceptable: ${owner.path}.exceptions.${exception}`),
    };
  });

/** The service or store that an object belongs to. */
export interface ObjectOwner {
  /** The path of its settings, such as `flotilla:services.web`. */
  path: string;
  /** Reasons by rule, or by `<checker>/<check>`. */
  exceptions: Readonly<Record<string, string>>;
}

export const count = (stages: readonly Stage[], severity: Severity): number =>
  stages.flatMap(({ rows }) => rows).filter((row) => row.severity === severity).length;
