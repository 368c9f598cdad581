/** The standard input of a program. */
import type execa from "execa";

/** Returns the options for an input. None, instead of an empty one: writing that fails, or loses output, if the program exits first. */
export const standardInput = (input: string | undefined): execa.Options =>
  input === undefined ? { stdin: "ignore" } : { input };
