/** What a container gets: variables, command and probes, filled in by the rules of the kubelet (k8s.io/kubernetes, expansion). */
import { own } from "../src/model/graph";
import { mapValues } from "../src/model/records";

/** A container of a manifest, as far as variables are filled in. */
interface Container {
  env?: { name: string; value?: string; valueFrom?: { secretKeyRef?: { name: string; key: string } } }[];
  command?: string[];
  args?: string[];
  readinessProbe?: { exec?: { command: string[] } };
}

/** Fills in `$(NAME)`; `$$` is `$`. A name that is not known stays as it is. */
export const expand = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\$(?:\$|\(([^)]*)\))?/g, (all, name?: string) =>
    all === "$$" ? "$" : name === undefined ? all : (own(values, name) ?? all),
  );

/** Starts a container, given the contents of Secrets. */
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
    // The kubelet takes values as they are written, and no Secrets.
    probe: container.readinessProbe?.exec?.command.map((word) => expand(word, fixed)),
  };
}
