/** Renders a chart with helm, for tests. */
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { helm, template } from "../../cli/tools/helm";
import { PROJECT } from "../../cli/tools/paths";

// biome-ignore lint/suspicious/noExplicitAny: a rendered object is whatever the template says; tests reach into it.
export type KubernetesObject = any;

export const mochaHooks = {
  async beforeAll(this: Mocha.Context) {
    // Helm may have to be built first.
    this.timeout(10 * 60_000);
    await helm();
  },
};

/** A chart to render. */
export interface Rendering {
  /** Path of the chart in the project. */
  chart: string;
  values: object;
  /** Name of the release. Default: web. */
  name?: string;
  /** Namespace. Default: shop. */
  namespace?: string;
}

/** Returns the text that helm renders. @throws Error with helm's message. */
export async function renderText({
  chart,
  values,
  name = "web",
  namespace = "shop",
}: Rendering): Promise<string> {
  return template(join(PROJECT, chart), { release: name, namespace, values });
}

/** Returns the objects of a release. @throws Error with helm's message. */
export async function render(chart: string, values: object, name = "web"): Promise<KubernetesObject[]> {
  return parseObjects(await renderText({ chart, values, name }));
}

/** Parses manifests into objects. */
export const parseObjects = (manifests: string): KubernetesObject[] =>
  parseAllDocuments(manifests)
    .map((document) => document.toJS())
    .filter(Boolean);

/** Returns objects as JSON, which every YAML reader parses the same: `yes` is a string to some and true to others. */
export const asText = (objects: KubernetesObject[]): string =>
  objects.map((object) => `---\n${JSON.stringify(object)}\n`).join("");

/** Whether an object is not a part of `helm test`, which creates and deletes its own. */
export const isDeployed = ({ metadata }: KubernetesObject): boolean =>
  !metadata.annotations?.["helm.sh/hook"];

/** Returns objects by kind and name, because the order depends on the version of Helm. */
export const byName = (objects: KubernetesObject[]): Record<string, KubernetesObject> =>
  Object.fromEntries(objects.map((object) => [`${object.kind} ${object.metadata.name}`, object]));

export const ofKind = (objects: KubernetesObject[], kind: string): KubernetesObject =>
  objects.find((object) => object.kind === kind);

/** Returns the pods of all workloads, and standalone ones. */
export const podsOf = (objects: KubernetesObject[]): KubernetesObject[] =>
  objects.flatMap(({ kind, spec }) => {
    const template = spec?.jobTemplate?.spec.template ?? spec?.template;
    return kind === "Pod" ? [spec] : template?.spec ? [template.spec] : [];
  });

/** Returns the violations of Pod Security `restricted` in a pod (from the standard's list). */
export function restrictedViolations(pod: KubernetesObject): string[] {
  const violations: string[] = [];
  const safeSysctls = [
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "kernel.shm_rmid_forced",
  ];
  if (pod.hostNetwork || pod.hostPID || pod.hostIPC) violations.push("host namespaces");
  for (const { name } of pod.securityContext?.sysctls ?? [])
    if (!safeSysctls.includes(name)) violations.push(`sysctl ${name}`);
  for (const volume of pod.volumes ?? []) {
    const [type] = Object.keys(volume).filter((key) => key !== "name");
    const allowed = [
      "configMap",
      "csi",
      "downwardAPI",
      "emptyDir",
      "ephemeral",
      "persistentVolumeClaim",
      "projected",
      "secret",
    ];
    if (!allowed.includes(type ?? "")) violations.push(`volume ${type}`);
  }
  for (const container of [...(pod.initContainers ?? []), ...pod.containers]) {
    const context = { ...pod.securityContext, ...container.securityContext };
    const at = (what: string) => violations.push(`${container.name}: ${what}`);
    if (context.privileged) at("privileged");
    if (context.allowPrivilegeEscalation !== false) at("allowPrivilegeEscalation");
    if (!context.capabilities?.drop?.includes("ALL")) at("capabilities");
    if (context.runAsNonRoot !== true || context.runAsUser === 0) at("root");
    if (!["RuntimeDefault", "Localhost"].includes(context.seccompProfile?.type)) at("seccompProfile");
    for (const { hostPort } of container.ports ?? []) if (hostPort) at("hostPort");
  }
  return violations;
}
