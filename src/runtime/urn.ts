/** The parts of a URN: `urn:pulumi:<stack>::<project>::<types of the parents>$<type>::<name>`. */

/** Name of the resource. It may contain `::`. */
export const nameOfUrn = (urn: string): string => urn.split("::").slice(3).join("::");

/** Types of the parents from the outermost on, then the type of the resource. */
export const typesOfUrn = (urn: string): string[] => urn.split("::")[2]?.split("$") ?? [];
