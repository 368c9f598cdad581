/** Deletions that flotilla:allowDeletion permits: unprotects the resources before an update, and removes used permissions after it. */

import { PREFIX } from "../../src/config/prefix";
import type { Settings } from "../../src/config/schema";
import { stackFileName } from "../../src/config/stack-names";
import { plural } from "../../src/model/plural";
import { deployedVolumes } from "../../src/plan/services/deployed-volumes";
import { deployedGuarded } from "../../src/runtime/state";
import {
  byUrn,
  deployedOf,
  type ExportedResource,
  nameOfUrn,
  PASSWORD,
  protectedOf,
  SECRET,
} from "../core/state";
import { say } from "../terminal/progress";
import { pulumiQuietly, readState } from "./engine";
import { edit } from "./marks";

/** Returns the URNs of protected resources that permissions name. */
export function protectedBy(
  resources: readonly ExportedResource[],
  permissions: readonly string[],
): string[] {
  return permissions.flatMap((permission) => {
    const [kind, name = ""] = split(permission);
    if (kind === "store") return protectedOf(resources, name);
    // Helm keeps the claims of services: nothing in the state protects them.
    if (kind === "volume") return [];
    const type = kind === "secret" ? SECRET : PASSWORD;
    return resources.flatMap((resource) =>
      resource.protect && resource.type === type && nameOfUrn(resource.urn) === name ? [resource.urn] : [],
    );
  });
}

const split = (permission: string): [kind: string, name: string] => {
  const at = permission.indexOf("/");
  return [permission.slice(0, at), permission.slice(at + 1)];
};

/** Unprotects the resources that the settings allow to be deleted. */
export async function letGo(stack: string, { allowDeletion }: Settings): Promise<void> {
  if (allowDeletion.length === 0) return;
  const urns = protectedBy(await readState(stack), allowDeletion);
  if (urns.length === 0) return;
  await edit(stack, urns, (resource) => {
    resource.protect = false;
  });
  say(`unprotected ${plural(urns.length, "resource")} named in flotilla:allowDeletion`);
}

/** Removes permissions from the stack file whose store, volume, Secret or password no longer exists. */
export async function takeOutUsed(stack: string, { allowDeletion }: Settings): Promise<void> {
  if (allowDeletion.length === 0) return;
  const resources = await readState(stack);
  const deployed = deployedOf(resources);
  const { secrets = [], passwords = [] } = deployedGuarded(byUrn(resources));
  const volumes = deployedVolumes(deployed);
  const isDeployed = (permission: string): boolean => {
    const [kind, name] = split(permission);
    if (kind === "store") return deployed[name]?.kind === "store";
    if (kind === "volume") return volumes.includes(name);
    return (kind === "secret" ? secrets : passwords).includes(name);
  };
  const left = allowDeletion.filter(isDeployed);
  if (left.length === allowDeletion.length) return;
  const key = `${PREFIX}:allowDeletion`;
  await pulumiQuietly(["config", "rm", key, "--stack", stack]);
  for (const [index, entry] of left.entries())
    await pulumiQuietly(["config", "set", "--path", `${key}[${index}]`, entry, "--stack", stack]);
  say(`${stackFileName(stack)}: removed used entries of flotilla:allowDeletion; commit the file`);
}
