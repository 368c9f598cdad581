/** A step of `pulumi preview --json`. */
export interface PreviewStep {
  op: string;
  urn: string;
  oldState?: { type: string; inputs?: Record<string, unknown> };
  newState?: { type: string; inputs?: Record<string, unknown> };
  detailedDiff?: Record<string, unknown> | null;
  diffReasons?: string[];
}

export const typeOfStep = ({ newState, oldState }: PreviewStep): string => (newState ?? oldState)?.type ?? "";
