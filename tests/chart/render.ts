/** Renders a chart the way helm does, for tests. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { parseAllDocuments } from "yaml";
import type { Values } from "../../plan/plan";
import { PROJECT } from "../../tools/paths";
import { ensureTools } from "../../tools/toolchain/ensure";

// biome-ignore lint/suspicious/noExplicitAny: a rendered object is whatever the template says; tests reach into it.
export type KubernetesObject = any;

let helmPath: Promise<string> | undefined;

/** Path of helm; installed when it is missing. */
export function helm(): Promise<string> {
  helmPath ??= ensureTools(["helm"]).then((tools) => tools.helm?.path as string);
  return helmPath;
}

export const mochaHooks = {
  async beforeAll(this: Mocha.Context) {
    // Helm may have to be built first.
    this.timeout(10 * 60_000);
    await helm();
  },
};

/** Objects of a release. @throws Error with helm's words. */
export async function render(chart: string, values: Values, name = "web"): Promise<KubernetesObject[]> {
  const folder = mkdtempSync(join(tmpdir(), "flotilla-render-"));
  try {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, "values.json");
    writeFileSync(file, JSON.stringify(values));
    const args = ["template", name, join(PROJECT, chart), "--namespace", "shop", "-f", file];
    const { stdout } = await execa(await helm(), args);
    return parseAllDocuments(stdout)
      .map((document) => document.toJS())
      .filter(Boolean);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const ofKind = (objects: KubernetesObject[], kind: string): KubernetesObject =>
  objects.find((object) => object.kind === kind);

/** The pod templates of all workloads. */
export const podsOf = (objects: KubernetesObject[]): KubernetesObject[] =>
  objects.flatMap((object) => (object.spec?.template?.spec ? [object.spec.template.spec] : []));

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
