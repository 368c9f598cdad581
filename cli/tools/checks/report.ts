/** What a checker says of manifests. */
export interface Report {
  findings: Finding[];
  /** Checks that found nothing. */
  passed: number;
  /** Checks that an annotation of the object takes out, with its reason. */
  excepted: number;
}

export interface Finding {
  severity: "critical" | "warning";
  /** The checker's own name of the check. */
  check: string;
  /** Kind and name. */
  object: string;
  message: string;
}
