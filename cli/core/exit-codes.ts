/** The exit codes of every command. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** There is something to report: changes, drift, problems of a stack. */
  reported: 2,
  usage: 3,
  interrupted: 130,
} as const;

export const EXIT_CODES_HELP =
  "\nExit codes: 0 done, nothing to report; 1 failed; 2 something to report; 3 wrong usage; 130 interrupted.";
