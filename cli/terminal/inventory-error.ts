/** Says where an inventory fails while it is loaded: its file and line, without the stack of the loader. */
import { relative, sep } from "node:path";
import { FlotillaError } from "../../src/model/problems";

/** Returns the refusal for an error that code in `apps/` throws, or that keeps it from being compiled. */
export function inventoryError(error: unknown, project: string): FlotillaError | undefined {
  if (!(error instanceof Error)) return undefined;
  const text = [error.message, error.stack].join("\n");
  const place = [...text.matchAll(/[[(\s](\/[^\s()[\]]+?|[A-Za-z]:\\[^()[\]]+?):(\d+):\d+[\])\s]/g)]
    .map(([, file = "", line]) => ({ path: relative(project, file).split(sep).join("/"), line }))
    .find(({ path }) => path.startsWith("apps/"));
  if (place === undefined) return undefined;
  const [said = ""] = error.message.trim().split("\n");
  return new FlotillaError([
    {
      where: `${place.path}:${place.line}`,
      what: `it cannot be loaded: ${said.replace(/^x /, "")}`,
      todo: "Correct it there.",
    },
  ]);
}
