/** Unreachable clusters: how they are detected, and how the official provider reacts. */

export type Operation = "create" | "update" | "read" | "delete";

const NO_ANSWER = [
  /^Kubernetes cluster unreachable/,
  /^The connection to the server \S+ was refused/,
  /^Unable to connect to the server/,
  /^(error: )?(unable to recognize "STDIN": )?Get "https?:/,
  /context "[^"]*" does not exist/,
  /no configuration has been provided/,
];

/** Whether a program failed because it could not reach the cluster. */
export const isUnreachable = (message: string): boolean => NO_ANSWER.some((pattern) => pattern.test(message));

const REMOVE_FROM_STATE =
  "If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the " +
  'PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"';

/** Returns the error of an operation; undefined if the resource is removed from the state instead. */
export function errorWhenUnreachable(
  operation: Operation,
  isRelease: boolean,
  reason: string,
  deleteUnreachable: boolean,
): string | undefined {
  // Deleting a release never only removes it from the state.
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

/** The official provider only checks whether the cluster is reachable when it is configured. Later failures are reported as they are. */
export class Reach {
  private hasAnswered = false;

  /** @throws Unreachable if the cluster has never answered, else the error of the work. */
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
