/** What `flotilla check` has looked at and found. */

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

/**
 * What an optional checker finds: warnings, because an error must not depend on what is installed. `ownerOf` tells which service
 * or store an object belongs to, with its exceptions.
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
          ? "Fix what the inventory or the stack says of it, or its chart."
          : `Fix what the inventory or the stack says of it, or say why it is acceptable: ${owner.path}.exceptions.${exception}`),
    };
  });

/** The service or store that an object belongs to. */
export interface ObjectOwner {
  /** Its settings, such as `flotilla:services.web`. */
  path: string;
  /** Reasons by rule, and by checker and check. */
  exceptions: Readonly<Record<string, string>>;
}

export const count = (stages: readonly Stage[], severity: Severity): number =>
  stages.flatMap(({ rows }) => rows).filter((row) => row.severity === severity).length;
