/** Translates errors of kubectl and helm to those of the official provider, which calls the API server directly. */

/** An error that the API server returned, or that kubectl derived from the server's resources. */
export interface ServerError {
  /** The server's reason, such as NotFound; NoMatch for an unknown kind. */
  reason?: string;
  message: string;
}

export function serverError(output: string): ServerError {
  const noMatch = /no matches for kind "[^"]*" in version "[^"]*"/.exec(output);
  if (noMatch) return { reason: "NoMatch", message: noMatch[0] };
  const [, reason, words] = /^(?:error: )?Error from server \((\w+)\): (.*)$/s.exec(output) ?? [];
  const message = (words ?? output)
    .replace(/^error: /, "")
    .replace(/^error when \w+ "STDIN": /, "")
    // kubectl wraps errors about an invalid object in a sentence.
    .replace(/^The (?=\S+ "[^"]*" is invalid: )/, "");
  return reason === undefined ? { message } : { reason, message };
}

/** Returns helm's message without the operation, which its command prepends. */
export const helmError = (output: string): string => output.replace(/^(INSTALLATION|UPGRADE) FAILED: /, "");

/** Advice that the official provider adds to the server's "already exists", shortened. */
export const ALREADY_EXISTS =
  "\n\nThe resource already exists in the cluster. Take it over with `pulumi import`, or with an alias if the program has " +
  "only given it another name, or set upsertExistingObjects on the provider.";
