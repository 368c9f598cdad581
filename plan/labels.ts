/** Labels that everything of an application carries, as Kubernetes recommends them. */
export function commonLabels(application: string, environment: string): Record<string, string> {
  return {
    "app.kubernetes.io/part-of": application,
    "app.kubernetes.io/managed-by": "pulumi",
    "flotilla.dev/environment": environment,
  };
}
