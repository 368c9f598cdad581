import * as pulumi from "@pulumi/pulumi";
import { FlotillaError } from "../src/model/problems";

/**
 * Builds a component whose resources depend on the state. The engine is held until it is built: to it, a program that only reads
 * has ended.
 * @throws pulumi.RunError with the words of a refusal.
 */
export async function building<T>(where: () => string, work: () => Promise<T>): Promise<T> {
  const done = pulumi.runtime.rpcKeepAlive();
  try {
    // The constructor sets the fields after this has begun.
    await Promise.resolve();
    return await work();
  } catch (error) {
    throw refusalOf(where(), error);
  } finally {
    done();
  }
}

/** A refusal of what a component was given: where in the program it is, and that other components are not concerned. */
export function refusalOf(where: string, error: unknown): unknown {
  if (!(error instanceof FlotillaError)) return error;
  // An inventory in code is in no file that is called after it.
  const problems = error.problems.map((problem) => ({
    ...problem,
    where: problem.where.replace(/^apps\/[^:]+\.ts(?=: |$)/, where),
    todo: problem.todo
      .replace(/\bapps\/\S+\.ts\b/g, "the inventory")
      // The command reads stack files.
      .replace(
        /npx flotilla remove (\S+) --stack \S+/,
        'add "store/$1" to settings.allowDeletion, and take off the protection of its resources: pulumi state unprotect',
      ),
  }));
  return refusal(new FlotillaError(problems, "nothing of it was deployed"));
}

/**
 * A refusal as the engine shows it: its words alone. The SDK still formats the stack of an error for a trace, and Node 20 spends
 * 12 s on a frame of the SDK whose source map leads to a path that is not there: without a stack there is nothing to format.
 */
export function refusal(error: unknown): unknown {
  if (!(error instanceof FlotillaError)) return error;
  const shown = new pulumi.RunError(error.message);
  shown.stack = "";
  return shown;
}
