/** Selects the resources of one component in a state. */
import { COMPONENT_TYPES } from "./resource-types";
import type { Resources } from "./state";
import { nameOfUrn, typesOfUrn } from "./urn";

/**
 * Returns a component and the resources that it created, whose names start with its name. If the names of two components match,
 * the resource belongs to the longer one.
 */
export function resourcesOf(resources: Resources, type: string, name: string): Resources {
  const components = Object.keys(resources)
    .filter((urn) => typesOfUrn(urn).at(-1) === type)
    .map(nameOfUrn)
    .sort((a, b) => b.length - a.length);
  return Object.fromEntries(
    Object.entries(resources).filter(([urn]) => {
      // The component can be inside another one, but the resources of an Application belong to that Application.
      const types = typesOfUrn(urn);
      const isOthers = type !== COMPONENT_TYPES.application && types.includes(COMPONENT_TYPES.application);
      if (!types.includes(type) || isOthers) return false;
      const own = nameOfUrn(urn);
      return components.find((component) => own === component || own.startsWith(`${component}-`)) === name;
    }),
  );
}

/**
 * Returns the resource names that `resourcesOf` would attribute to the wrong component: names of one component that start with
 * the longer name of the other. Both components have the same type.
 */
export function contested(
  [name, resources]: readonly [string, readonly string[]],
  [other, resourcesOfOther]: readonly [string, readonly string[]],
): string[] {
  const [owned, longer] = name.length < other.length ? [resources, other] : [resourcesOfOther, name];
  return name === other ? [] : owned.filter((one) => one === longer || one.startsWith(`${longer}-`));
}

/** Returns the resources with the component's name removed from the start of theirs. */
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
