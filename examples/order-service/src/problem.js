// @ts-check
/** An error that the client is told about. Of all others, clients only learn that something went wrong. */
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
