import * as pulumi from "@pulumi/pulumi";
import { FlotillaError } from "../src/model/problems";
import { programRemedies } from "../src/plan/remedies";

/**
 * Builds a component whose resources depend on the state. It keeps the program alive meanwhile: otherwise the engine considers a
 * program that is only reading as finished. `where` names the component in messages.
 * @throws pulumi.RunError with the text of the FlotillaError that `work` throws.
 */
export async function building<T>(where: () => string, work: () => Promise<T>): Promise<T> {
  const done = pulumi.runtime.rpcKeepAlive();
  try {
    // `work` reads fields that the constructor sets after it calls this function.
    await Promise.resolve();
    return await work();
  } catch (error) {
    throw refusalOf(where(), error);
  } finally {
    done();
  }
}

/** Converts a FlotillaError about the arguments of a component to an error of the program. Other errors are returned unchanged. */
export function refusalOf(where: string, error: unknown): unknown {
  if (!(error instanceof FlotillaError)) return error;
  // Messages name the component instead of `apps/<name>.ts`, and settings in code instead of stack files and commands.
  const inCode = (text: string) => text.replace(/\bflotilla:(?=[a-z])/g, "settings.");
  const problems = error.problems.map((problem) => ({
    ...problem,
    where: inCode(problem.where.replace(/^apps\/[^:]+\.ts(?=: |$)/, where)),
    what: inCode(problem.what),
    todo: inCode(problem.todo)
      .replace(
        /pulumi config set --secret --path settings\.credentials\.(\S+)( \(it asks for the value\))?/g,
        'credentials: { "$1": ... } in the arguments',
      )
      .replace(/\bapps\/\S+\.ts\b/g, "the inventory")
      .replace(/npx flotilla remove (\S+) --stack \S+/, programRemedies.removeStore("$1")),
  }));
  return refusal(new FlotillaError(problems, "no part of it was deployed"));
}

/**
 * Converts a FlotillaError to an error that the engine shows without a stack trace. Other errors are returned unchanged. The stack
 * is removed because the SDK formats it, and Node 20 needs 12 s for an SDK frame whose source map is missing.
 */
export function refusal(error: unknown): unknown {
  if (!(error instanceof FlotillaError)) return error;
  const shown = new pulumi.RunError(error.message);
  shown.stack = "";
  return shown;
}
