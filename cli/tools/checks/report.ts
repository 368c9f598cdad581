/** The results of a checker for manifests. */
export interface Report {
  findings: Finding[];
  /** Checks that found nothing. */
  passed: number;
  /** Checks that annotations of the objects suppress. */
  excepted: number;
}

/** The report for no manifests, for which checkers do not print one. */
export const nothingChecked = (): Report => ({ findings: [], passed: 0, excepted: 0 });

export interface Finding {
  severity: "critical" | "warning";
  /** The checker's name for the check. */
  check: string;
  /** Kind and name. */
  object: string;
  message: string;
}
