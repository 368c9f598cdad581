/** Makes the API server refuse some objects, so that an update stops at a step of the test's choice. */
import { run, until } from "./world";

const POLICY = "e2e-refusal";
let count = 0;

/**
 * Refuses to create or change objects of a namespace that match a CEL condition on `object`; returns when it is in effect.
 * One refusal at a time.
 */
export async function refuseObjects(namespace: string, condition: string): Promise<void> {
  const marker = `refused-${++count}`;
  const rule = {
    apiGroups: ["", "apps", "batch"],
    apiVersions: ["v1"],
    operations: ["CREATE", "UPDATE"],
    resources: ["secrets", "configmaps", "statefulsets", "deployments", "jobs"],
  };
  const policy = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: POLICY },
    spec: {
      failurePolicy: "Fail",
      matchConstraints: { resourceRules: [rule] },
      validations: [
        {
          expression: `!(object.metadata.name == "${marker}" || (${condition}))`,
          message: "refused by the test",
        },
      ],
    },
  };
  const binding = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: POLICY },
    spec: {
      policyName: POLICY,
      validationActions: ["Deny"],
      matchResources: { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } },
    },
  };
  await run("kubectl", ["apply", "-f", "-"], {
    input: JSON.stringify({ apiVersion: "v1", kind: "List", items: [policy, binding] }),
  });
  await until("the refusal is in force", async () => !(await mayCreate(namespace, marker)));
}

/** Removes the refusal; returns when that is in effect. */
export async function refuseNothing(namespace: string): Promise<void> {
  const kinds = "validatingadmissionpolicybindings,validatingadmissionpolicies";
  await run("kubectl", ["delete", kinds, POLICY, "--ignore-not-found"]);
  await until("nothing is refused", () => mayCreate(namespace, `refused-${count}`));
}

async function mayCreate(namespace: string, name: string): Promise<boolean> {
  const args = ["create", "configmap", name, "-n", namespace, "--dry-run=server"];
  return (await run("kubectl", args, { reject: false })).exitCode === 0;
}
