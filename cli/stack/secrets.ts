/** The Secrets of a namespace. */
import type { Kubectl, ObjectList } from "./kubectl";

export interface SecretObject {
  metadata: { name: string };
  /** In base64. */
  data?: Record<string, string>;
}

/** Reads the Secrets of a namespace without Helm's own records, which are megabytes. */
export const readSecrets = async (kubectl: Kubectl, namespace: string): Promise<SecretObject[]> =>
  (
    await kubectl.json<ObjectList<SecretObject>>([
      "get",
      "secrets",
      "-n",
      namespace,
      "--selector=owner!=helm",
    ])
  ).items;
