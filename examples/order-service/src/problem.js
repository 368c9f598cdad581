// @ts-check
/** An error that is reported to the client. For all others, the client only gets a general message. */
export class Problem extends Error {
  /**
   * @param {number} statusCode
   * @param {string} message
   * @param {unknown} [cause]
   */
  constructor(statusCode, message, cause) {
    super(message, { cause });
    this.statusCode = statusCode;
  }
}

/**
 * Describes an error for the log in one line, with what caused it: errors of several attempts often have no text of their own.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function described(error) {
  if (!(error instanceof Error)) return String(error);
  const [first] = error instanceof AggregateError ? error.errors : [error.cause];
  return [error.message, first === undefined ? "" : described(first)].filter(Boolean).join(": ");
}
