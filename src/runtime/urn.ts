/** The parts of a URN: `urn:pulumi:<stack>::<project>::<types of the parents>$<type>::<name>`. */

/** Returns the name of the resource, which may contain `::`. */
export const nameOfUrn = (urn: string): string => urn.split("::").slice(3).join("::");

/** Returns the types of the parents, outermost first, then the type of the resource. */
export const typesOfUrn = (urn: string): string[] => urn.split("::")[2]?.split("$") ?? [];
