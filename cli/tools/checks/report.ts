/** What a checker says of manifests. */
export interface Report {
  findings: Finding[];
  /** Checks that found nothing. */
  passed: number;
  /** Checks that an annotation of the object takes out, with its reason. */
  excepted: number;
}

/** The report of no manifests at all, for which checkers print something else than a report. */
export const nothingChecked = (): Report => ({ findings: [], passed: 0, excepted: 0 });

export interface Finding {
  severity: "critical" | "warning";
  /** The checker's own name of the check. */
  check: string;
  /** Kind and name. */
  object: string;
  message: string;
}
