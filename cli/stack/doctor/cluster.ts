/** The APIs that a cluster serves and the permissions it grants. */
import type { Settings } from "../../../src/config/schema";
import { groupOf } from "../../core/diff/manifests";
import { connect, listText, type ObjectList } from "../kubectl";

export interface Resource {
  /** The plural name, as in paths and RBAC rules. */
  name: string;
  kind: string;
  namespaced: boolean;
}

export interface Question {
  group: string;
  resource: string;
  verb: string;
  /** Undefined for cluster-scoped resources. */
  namespace?: string;
}

export interface Cluster {
  /** The version of the API server, such as v1.36.3. */
  version(): Promise<string>;
  /** The resources of a group and version; undefined if the cluster does not serve it. */
  resources(apiVersion: string): Promise<Resource[] | undefined>;
  /** The versions of a group that the cluster serves. */
  versions(group: string): Promise<string[]>;
  /** Whether each is allowed, in the order of the questions. */
  mayI(questions: readonly Question[]): Promise<boolean[]>;
  /** The objects of a cluster-scoped resource, by name and annotations. */
  list(resource: string): Promise<{ name: string; annotations: Record<string, string> }[]>;
}

/** The cluster that the settings name. Each method throws with kubectl's own message. */
export async function askCluster(settings: Settings): Promise<Cluster> {
  const { run, json, raw } = await connect(settings);
  return {
    version: async () => (await raw<{ gitVersion: string }>("/version")).gitVersion,
    async resources(apiVersion) {
      const path = groupOf(apiVersion) === "" ? `/api/${apiVersion}` : `/apis/${apiVersion}`;
      try {
        return (await raw<{ resources: Resource[] }>(path)).resources.filter(
          ({ name }) => !name.includes("/"),
        );
      } catch (error) {
        if (/NotFound|the server could not find/.test((error as Error).message)) return undefined;
        throw error;
      }
    },
    async versions(group) {
      const { groups } = await raw<{ groups: { name: string; versions: { version: string }[] }[] }>("/apis");
      return groups.find(({ name }) => name === group)?.versions.map(({ version }) => version) ?? [];
    },
    async mayI(questions) {
      if (questions.length === 0) return [];
      const items = questions.map(({ group, resource, verb, namespace }) => ({
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: {
          resourceAttributes: { group, resource, verb, namespace },
        },
      }));
      const answer = await run(["create", "-f", "-", "-o", "json"], {
        input: listText(items),
      });
      // A single object comes without a list; several come one after the other or as a list, depending on kubectl's version.
      return documentsIn(answer).map(({ status }) => status?.allowed === true);
    },
    async list(resource) {
      const { items } = await json<
        ObjectList<{ metadata: { name: string; annotations?: Record<string, string> } }>
      >(["get", resource]);
      return items.map(({ metadata }) => ({ name: metadata.name, annotations: metadata.annotations ?? {} }));
    },
  };
}

interface Review {
  status?: { allowed?: boolean };
}

function documentsIn(text: string): Review[] {
  const joined = text.trim().replace(/\}\s*\n\{/g, "},{");
  const parsed = JSON.parse(`[${joined}]`) as (Review | ObjectList<Review>)[];
  return parsed.flatMap((document) => ("items" in document ? document.items : [document]));
}
