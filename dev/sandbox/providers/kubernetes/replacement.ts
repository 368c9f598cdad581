/** Which changes replace an object: the official provider's rules, for the kinds that Flotilla applies. */
import { difference } from "../protocol/difference";
import { isMap, type Properties, type Property, revealMap } from "../protocol/property";
import type { Difference } from "../protocol/provider";
import type { Connection } from "./connection";

/** Annotation of an object whose name the provider generated. */
export const AUTONAMED = "pulumi.com/autonamed";

const IDENTITY = ["metadata.name", "metadata.namespace"];

type Mutability = Pick<Connection, "secretsMutable" | "configMapsMutable">;

export function diffObject(mutability: Mutability, oldInputs: Properties, newInputs: Properties): Difference {
  const olds = revealMap(oldInputs);
  const news = revealMap(newInputs);
  const changes = difference(olds, news);
  const immutable = immutableFields(mutability, news);
  const replaces = Object.keys(changes).filter(
    (path) => path === "metadata" || immutable.some((field) => touches(path, field, news)),
  );
  return {
    changes,
    replaces,
    // Two objects with the same name cannot coexist.
    deleteBeforeReplace: replaces.length > 0 && !isAutonamed(news) && haveSameName(olds, news),
  };
}

function immutableFields({ secretsMutable, configMapsMutable }: Mutability, news: Properties): string[] {
  switch (`${String(news.apiVersion)}/${String(news.kind)}`) {
    case "v1/Secret":
      return [
        ...IDENTITY,
        "type",
        ...(secretsMutable && news.immutable !== true ? [] : ["data", "stringData"]),
      ];
    case "v1/ConfigMap":
      return [...IDENTITY, ...(configMapsMutable && news.immutable !== true ? [] : ["data", "binaryData"])];
    case "v1/ResourceQuota":
      return [...IDENTITY, "spec.scopes"];
    default:
      return IDENTITY;
  }
}

/** Whether a change affects the field: the field itself, a part of it, or an added parent that has it. */
function touches(path: string, field: string, news: Properties): boolean {
  if (path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`)) return true;
  return field.startsWith(`${path}.`) && valueAt(news, field) !== undefined;
}

function valueAt(value: Property, path: string): Property | undefined {
  let found: Property | undefined = value;
  for (const key of path.split(".")) found = isMap(found) ? found[key] : undefined;
  return found;
}

const isAutonamed = (object: Properties): boolean => {
  const annotations = valueAt(object, "metadata.annotations");
  return isMap(annotations) && annotations[AUTONAMED] === "true";
};

const haveSameName = (olds: Properties, news: Properties): boolean =>
  IDENTITY.every((path) => valueAt(olds, path) === valueAt(news, path));

/** Returns the object with a name: its own, else the one generated before, else a new one. */
export function named(name: string, oldInputs: Properties, inputs: Properties): Properties {
  const metadata = isMap(inputs.metadata) ? inputs.metadata : {};
  if (metadata.name !== undefined && metadata.name !== "") return inputs;
  const old = isMap(oldInputs.metadata) ? oldInputs.metadata.name : undefined;
  const kept = isAutonamed(revealMap(oldInputs)) ? old : undefined;
  const annotations = isMap(metadata.annotations) ? metadata.annotations : {};
  return {
    ...inputs,
    metadata: {
      ...metadata,
      name: kept ?? `${name}-${Math.random().toString(16).slice(2, 10)}`,
      annotations: { ...annotations, [AUTONAMED]: "true" },
    },
  };
}
