/** Name of a stack's own file; a stack may be named with its organization and project in front. */
export const stackFileName = (stack: string): string => `Pulumi.${bareName(stack)}.yaml`;

/** The stack's name without organization and project. */
export const bareName = (stack: string): string => stack.split("/").at(-1) as string;
