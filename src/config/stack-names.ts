/** Returns the name of a stack's file. The stack name can include organization and project. */
export const stackFileName = (stack: string): string => `Pulumi.${bareName(stack)}.yaml`;

/** Returns the name of a stack without organization and project. */
export const bareName = (stack: string): string => stack.split("/").at(-1) as string;
