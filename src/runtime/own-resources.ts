/** The resources of one component in a state that holds others beside it. */
import type { StateResource } from "./state";

const APPLICATION = "flotilla:index:Application";

type Resources = Record<string, StateResource>;

const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");
const typesOf = (urn: string): string[] => urn.split("::")[2]?.split("$") ?? [];

/**
 * The component of a type and name, and what it has made: resources whose names begin with its own. Where a name begins with
 * those of two such components, it belongs to the one with the longer name.
 */
export function resourcesOf(resources: Resources, type: string, name: string): Resources {
  const components = Object.keys(resources)
    .filter((urn) => typesOf(urn).at(-1) === type)
    .map(nameOf)
    .sort((a, b) => b.length - a.length);
  return Object.fromEntries(
    Object.entries(resources).filter(([urn]) => {
      // The component may be inside another one; what an Application has made is the Application's.
      const types = typesOf(urn);
      const isOthers = type !== APPLICATION && types.includes(APPLICATION);
      if (!types.includes(type) || isOthers) return false;
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
