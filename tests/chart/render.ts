/** Renders a chart the way helm does, for tests. */
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

/** A chart to render, the way helm does. */
export interface Rendering {
  /** Path of the chart in the project. */
  chart: string;
  values: object;
  /** The release. Default: web. */
  name?: string;
  /** The namespace. Default: shop. */
  namespace?: string;
}

/** What helm renders, as text. @throws Error with helm's words. */
export async function renderText({
  chart,
  values,
  name = "web",
  namespace = "shop",
}: Rendering): Promise<string> {
  return template(join(PROJECT, chart), { release: name, namespace, values });
}

/** Objects of a release. @throws Error with helm's words. */
export async function render(chart: string, values: object, name = "web"): Promise<KubernetesObject[]> {
  return parseObjects(await renderText({ chart, values, name }));
}

/** The objects of a text of manifests. */
export const parseObjects = (manifests: string): KubernetesObject[] =>
  parseAllDocuments(manifests)
    .map((document) => document.toJS())
    .filter(Boolean);

/** Objects as JSON, which every reader of YAML understands the same: `yes` is a word to some and true to others. */
export const asText = (objects: KubernetesObject[]): string =>
  objects.map((object) => `---\n${JSON.stringify(object)}\n`).join("");

/** Whether an object is more than what `helm test` makes and deletes. */
export const isDeployed = ({ metadata }: KubernetesObject): boolean =>
  !metadata.annotations?.["helm.sh/hook"];

/** Objects by kind and name: versions of Helm differ in their order. */
export const byName = (objects: KubernetesObject[]): Record<string, KubernetesObject> =>
  Object.fromEntries(objects.map((object) => [`${object.kind} ${object.metadata.name}`, object]));

export const ofKind = (objects: KubernetesObject[], kind: string): KubernetesObject =>
  objects.find((object) => object.kind === kind);

/** The pods of all workloads, and those that stand by themselves. */
export const podsOf = (objects: KubernetesObject[]): KubernetesObject[] =>
  objects.flatMap(({ kind, spec }) => {
    const template = spec?.jobTemplate?.spec.template ?? spec?.template;
    return kind === "Pod" ? [spec] : template?.spec ? [template.spec] : [];
  });

/** What keeps a pod from Pod Security `restricted` (the standard's own list). */
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
