/** A cluster that cannot be reached: how it is noticed, and what the official provider does then. */

export type Operation = "create" | "update" | "read" | "delete";

const NO_ANSWER = [
  /^Kubernetes cluster unreachable/,
  /^The connection to the server \S+ was refused/,
  /^Unable to connect to the server/,
  /^(error: )?(unable to recognize "STDIN": )?Get "https?:/,
  /context "[^"]*" does not exist/,
  /no configuration has been provided/,
];

/** Whether a program that failed had no cluster to talk to. */
export const isUnreachable = (said: string): boolean => NO_ANSWER.some((words) => words.test(said));

const REMOVE_FROM_STATE =
  "If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the " +
  'PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"';

/** The error of an operation; undefined where the resource leaves the state instead. */
export function errorWhenUnreachable(
  operation: Operation,
  isRelease: boolean,
  reason: string,
  deleteUnreachable: boolean,
): string | undefined {
  // A release is never let go of by a deletion.
  if (operation === "delete" && isRelease)
    return `can't delete Helm Release with unreachable cluster. Reason: ${JSON.stringify(reason)}`;
  if (operation === "read" || operation === "delete") {
    if (deleteUnreachable) return undefined;
    const what =
      operation === "read"
        ? "failed to read resource state due to unreachable cluster"
        : "configured Kubernetes cluster is unreachable";
    return `${what}. ${REMOVE_FROM_STATE}`;
  }
  return isRelease
    ? `can't ${operation} Helm Release with unreachable cluster: ${reason}`
    : `configured Kubernetes cluster is unreachable: ${reason}`;
}

/** The official provider looks for the cluster once, when it is configured; what a later failure says is told as it is. */
export class Reach {
  private hasAnswered = false;

  /** @throws Unreachable where the cluster has never answered, else what the work throws. */
  async to<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.hasAnswered = true;
      return result;
    } catch (error) {
      const { message } = error as Error;
      if (!this.hasAnswered && isUnreachable(message)) throw new Unreachable(message);
      this.hasAnswered = true;
      throw error;
    }
  }
}

export class Unreachable extends Error {}
