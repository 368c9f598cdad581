/** Expands variables, command and probes of a container by the rules of the kubelet (k8s.io/kubernetes, expansion). */
import { own } from "../src/model/graph";
import { mapValues } from "../src/model/records";

/** The fields of a container in which variables are expanded. */
interface Container {
  env?: { name: string; value?: string; valueFrom?: { secretKeyRef?: { name: string; key: string } } }[];
  command?: string[];
  args?: string[];
  readinessProbe?: { exec?: { command: string[] } };
}

/** Expands `$(NAME)`; `$$` becomes `$`. Unknown names are kept. */
export const expand = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\$(?:\$|\(([^)]*)\))?/g, (all, name?: string) =>
    all === "$$" ? "$" : name === undefined ? all : (own(values, name) ?? all),
  );

/** Returns what a container gets when it starts, given the contents of Secrets. */
export function started(container: Container, secrets: Record<string, Record<string, string>> = {}) {
  const env: Record<string, string> = {};
  for (const { name, value = "", valueFrom } of container.env ?? []) {
    const secret = valueFrom?.secretKeyRef;
    env[name] = secret ? (secrets[secret.name]?.[secret.key] ?? "") : expand(value, env);
  }
  const fixed = mapValues(
    Object.fromEntries((container.env ?? []).map(({ name, value = "" }) => [name, value])),
    String,
  );
  return {
    env,
    command: container.command?.map((word) => expand(word, env)),
    args: container.args?.map((word) => expand(word, env)),
    // In probes the kubelet uses unexpanded values, and no Secrets.
    probe: container.readinessProbe?.exec?.command.map((word) => expand(word, fixed)),
  };
}
