/** Labels that everything of an application carries. Helm adds its own `managed-by` to what a release makes. */
export function commonLabels(application: string, environment: string): Record<string, string> {
  return { "app.kubernetes.io/part-of": application, "flotilla.dev/environment": environment };
}

/** Labels of what Pulumi applies itself. */
export function directLabels(application: string, environment: string): Record<string, string> {
  return { ...commonLabels(application, environment), "app.kubernetes.io/managed-by": "pulumi" };
}
