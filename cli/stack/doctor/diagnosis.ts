/** What a look of `flotilla doctor` has found. */
import { firstLine, wordsOf } from "../../tools/failure";

export interface Diagnosis {
  check: string;
  status: "ok" | "warning" | "failed" | "not looked at";
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
export const notLookedAt = (check: string, found: string): Diagnosis => ({
  check,
  status: "not looked at",
  found,
});

/** What a question to the cluster has brought, or why it has not. */
export async function attempt<T>(ask: () => Promise<T>): Promise<{ result: T } | { error: string }> {
  try {
    return { result: await ask() };
  } catch (error) {
    return { error: firstWords(error) };
  }
}

/** The first line of what kubectl says. */
export const firstWords = (error: unknown): string => firstLine(wordsOf(error));
