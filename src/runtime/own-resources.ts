/** The resources of one component in a state that holds others beside it. */
import type { StateResource } from "./state";

type Resources = Record<string, StateResource>;

const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");
const typesOf = (urn: string): string[] => urn.split("::")[2]?.split("$") ?? [];

/**
 * The component of a type and name, and what it has made: resources whose names begin with its own. Where a name begins with
 * those of two such components, it belongs to the one with the longer name.
 */
export function resourcesOf(resources: Resources, type: string, name: string): Resources {
  const components = Object.keys(resources)
    .filter((urn) => typesOf(urn).join("$") === type)
    .map(nameOf)
    .sort((a, b) => b.length - a.length);
  return Object.fromEntries(
    Object.entries(resources).filter(([urn]) => {
      const [outermost] = typesOf(urn);
      if (outermost !== type) return false;
      const own = nameOf(urn);
      return components.find((component) => own === component || own.startsWith(`${component}-`)) === name;
    }),
  );
}

/** The same resources, with names that do not begin with the component's. */
export function withoutPrefix(resources: Resources, name: string): Resources {
  const prefix = `${name}-`;
  return Object.fromEntries(
    Object.entries(resources).map(([urn, resource]) => {
      const own = nameOf(urn);
      const bare = own.startsWith(prefix) ? own.slice(prefix.length) : own;
      return [[...urn.split("::").slice(0, 3), bare].join("::"), resource];
    }),
  );
}
