/** Reads the planned objects that the cluster has and the state does not, and adds them to the state. */

import { compact } from "../../../src/model/records";
import { generatedIn } from "../../../src/plan/credentials/generated";
import { valuesIn } from "../../../src/plan/credentials/secret-values";
import type { Plan, SecretPlan } from "../../../src/plan/plan";
import type { LiveObject } from "../../../src/runtime/foreign-objects";
import { KUBERNETES_PROVIDER } from "../../../src/runtime/resource-types";
import { identity, idOf, type ManifestObject } from "../../core/diff/manifests";
import type { Action } from "../../core/recovery/situation";
import { createdResource, resourceOf, type Unrecorded } from "../../core/recovery/unrecorded";
import { type ExportedState, nameOfUrn, operationsOf, RELEASE, resourcesOf, SECRET } from "../../core/state";
import { accessTo } from "../access";
import { generatedValues } from "../comparison/guard-rails";
import { directObjects } from "../direct-objects";
import { editState } from "../edit";
import { exportState } from "../engine";
import { planOf } from "../findings";
import { connect, type Kubectl, listText, type ObjectList } from "../kubectl";
import type { SecretObject } from "../secrets";

/** Returns the planned objects outside releases that are in the cluster, but not in the state or in a pending operation. */
export async function readUnrecorded(
  stack: string,
  planned: Plan,
  state: ExportedState,
  kubectl: Kubectl,
): Promise<Unrecorded[]> {
  const recorded = [...resourcesOf(state), ...operationsOf(state).map(({ resource }) => resource)];
  const known = new Set(recorded.map(({ type, urn }) => `${type}::${nameOfUrn(urn)}`));
  const missing = directObjects(planned).filter(({ type, name }) => !known.has(`${type}::${name}`));
  const live = await readLive(
    kubectl,
    missing.map(({ object }) => object),
  );
  const found = missing.flatMap((each) => {
    const object = live.get(keyOf(each.object));
    return object === undefined ? [] : [{ ...each, live: object }];
  });
  const passwords = found.some(({ type }) => type === SECRET)
    ? generatedValues(resourcesOf(await exportState(stack, { secrets: true })))
    : {};
  return found.map(({ type, name, object, live: { data, ...rest } }) => {
    const secret = type === SECRET ? planned.secrets[name] : undefined;
    return {
      ...{ type, name, id: idOf(object), live: rest },
      labels: secret?.labels ?? planned.namespace.labels,
      ...(secret === undefined ? {} : { hasPasswords: hasPasswords(planned, secret, data ?? {}, passwords) }),
    };
  });
}

/** Adds what the interrupted update has created to the state, for the next update to update. */
export async function addCreated(
  stack: string,
  { imports, resources: additions, again }: Extract<Action, { do: "add" }>,
  why: string,
): Promise<void> {
  const access = accessTo(stack);
  const kubectl = await connect(access);
  const state = await exportState(stack);
  const resources = resourcesOf(state);
  const planned = planOf(stack, compact({ read: access.read, resources }));
  const provider = resources.find(({ type, delete: isGoing }) => type === KUBERNETES_PROVIDER && !isGoing);
  const objects = planned === undefined ? [] : directObjects(planned);
  const begun = operationsOf(state).filter(({ resource }) => imports.some(({ urn }) => urn === resource.urn));
  const live = await readLive(kubectl, [
    ...objects.map(({ object }) => object),
    ...begun.flatMap(({ resource }) =>
      resource.type === RELEASE ? [] : [(resource.inputs ?? {}) as ManifestObject],
    ),
  ]);
  await editState(stack, ({ deployment }) => {
    const present = deployment?.resources ?? [];
    for (const resource of present)
      if (again.includes(resource.urn) && !resource.delete) resource.initErrors = [why];
    for (const operation of begun) {
      const { type, urn, inputs } = operation.resource;
      const id = imports.find((each) => each.urn === urn)?.id as string;
      const found = type === RELEASE ? undefined : live.get(keyOf(inputs as ManifestObject));
      present.push(createdResource(operation, compact({ id, live: found, why })));
    }
    for (const addition of additions) {
      const { type, name } = addition;
      const object = objects.find((each) => each.type === type && each.name === name)?.object;
      const found = object && live.get(keyOf(object));
      // Deleted or no longer planned since the question was asked.
      if (object === undefined || found === undefined || provider === undefined) continue;
      present.push(resourceOf(addition, { planned: object, live: found, provider, why }));
    }
  });
}

type Live = LiveObject & Pick<SecretObject, "data"> & ManifestObject;

async function readLive(kubectl: Kubectl, objects: readonly ManifestObject[]): Promise<Map<string, Live>> {
  if (objects.length === 0) return new Map();
  const text = await kubectl.run(
    ["get", "--ignore-not-found", "-o", "json", "--show-managed-fields", "-f", "-"],
    {
      input: listText(objects.map(identity)),
    },
  );
  if (text.trim() === "") return new Map();
  const answer = JSON.parse(text) as Live | ObjectList<Live>;
  const items = "items" in answer ? answer.items : [answer];
  return new Map(items.map((object) => [keyOf(object), object]));
}

const keyOf = ({ kind, metadata }: ManifestObject): string => `${kind}/${metadata?.name}`;

/** Whether a Secret has the generated passwords of the state, and no others. */
export function hasPasswords(
  planned: Pick<Plan, "credentials">,
  { keys }: Pick<SecretPlan, "keys">,
  data: Readonly<Record<string, string>>,
  inState: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(keys).every(([key, text]) => {
    const generated = generatedIn(planned, { keys: { [key]: text } });
    const held = valuesIn(text, Buffer.from(data[key] ?? "", "base64").toString("utf8"));
    // A value that is encoded in this key is plain in another one.
    return generated.every(
      (name) =>
        inState[name] !== undefined && held !== undefined && (held[name] ?? inState[name]) === inState[name],
    );
  });
}
