/** The resources of one component in a state that holds others beside it. */
import { COMPONENT_TYPES } from "./resource-types";
import type { Resources } from "./state";
import { nameOfUrn, typesOfUrn } from "./urn";

/**
 * The component of a type and name, and what it has made: resources whose names begin with its own. Where a name begins with
 * those of two such components, it belongs to the one with the longer name.
 */
export function resourcesOf(resources: Resources, type: string, name: string): Resources {
  const components = Object.keys(resources)
    .filter((urn) => typesOfUrn(urn).at(-1) === type)
    .map(nameOfUrn)
    .sort((a, b) => b.length - a.length);
  return Object.fromEntries(
    Object.entries(resources).filter(([urn]) => {
      // The component may be inside another one; what an Application has made is the Application's.
      const types = typesOfUrn(urn);
      const isOthers = type !== COMPONENT_TYPES.application && types.includes(COMPONENT_TYPES.application);
      if (!types.includes(type) || isOthers) return false;
      const own = nameOfUrn(urn);
      return components.find((component) => own === component || own.startsWith(`${component}-`)) === name;
    }),
  );
}

/** The same resources, with names that do not begin with the component's. */
export function withoutPrefix(resources: Resources, name: string): Resources {
  const prefix = `${name}-`;
  return Object.fromEntries(
    Object.entries(resources).map(([urn, resource]) => {
      const own = nameOfUrn(urn);
      const bare = own.startsWith(prefix) ? own.slice(prefix.length) : own;
      return [[...urn.split("::").slice(0, 3), bare].join("::"), resource];
    }),
  );
}
