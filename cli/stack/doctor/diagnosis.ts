/** The results of checks of `flotilla doctor`. */
import { firstLine, wordsOf } from "../../tools/failure";

export interface Diagnosis {
  check: string;
  status: "ok" | "warning" | "failed" | "skipped";
  /** What was found. */
  found: string;
  /** What to do. */
  todo?: string;
}

export const ok = (check: string, found: string): Diagnosis => ({ check, status: "ok", found });
export const failed = (check: string, found: string, todo: string): Diagnosis => ({
  check,
  status: "failed",
  found,
  todo,
});
export const skipped = (check: string, found: string): Diagnosis => ({
  check,
  status: "skipped",
  found,
});

/** The answer of the cluster, or the error message. */
export async function attempt<T>(ask: () => Promise<T>): Promise<{ result: T } | { error: string }> {
  try {
    return { result: await ask() };
  } catch (error) {
    return { error: firstWords(error) };
  }
}

/** The first line of an error of kubectl. */
export const firstWords = (error: unknown): string => firstLine(wordsOf(error));
