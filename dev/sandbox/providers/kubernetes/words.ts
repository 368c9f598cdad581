/** What kubectl and helm say, as the official provider says it: that has no program between itself and the API server. */

/** A failure that the API server has told, or that kubectl has found out from what the server offers. */
export interface ServerError {
  /** The server's own word, such as NotFound; NoMatch for a kind that it does not have. */
  reason?: string;
  message: string;
}

export function serverError(said: string): ServerError {
  const noMatch = /no matches for kind "[^"]*" in version "[^"]*"/.exec(said);
  if (noMatch) return { reason: "NoMatch", message: noMatch[0] };
  const [, reason, words] = /^(?:error: )?Error from server \((\w+)\): (.*)$/s.exec(said) ?? [];
  const message = (words ?? said)
    .replace(/^error: /, "")
    .replace(/^error when \w+ "STDIN": /, "")
    // Of an object that is not valid kubectl tells in a sentence.
    .replace(/^The (?=\S+ "[^"]*" is invalid: )/, "");
  return reason === undefined ? { message } : { reason, message };
}

/** Helm's words without the name of the operation, which its command puts before them. */
export const helmError = (said: string): string => said.replace(/^(INSTALLATION|UPGRADE) FAILED: /, "");

/** What the official provider adds to the server's "already exists", in short. */
export const ALREADY_EXISTS =
  "\n\nThe resource already exists in the cluster. Take it over with `pulumi import`, or with an alias if the program has " +
  "only given it another name, or set upsertExistingObjects on the provider.";
