/** Builds a tool from its pinned Go module. */
import { renameSync } from "node:fs";
import { dirname, join } from "node:path";
import execa from "execa";
import { inTemporaryFolder } from "../temporary";
import type { Tool } from "./specification";

const MODULES = join(__dirname, "modules");

/** The arguments of `go build`: only pinned modules, and no paths of this machine in the result. */
export function buildArguments(tool: Tool, output: string): string[] {
  const variables = Object.entries(tool.module.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  return [
    "build",
    "-mod=readonly",
    "-trimpath",
    "-buildvcs=false",
    // Nobody debugs these tools, and the information for it takes a seventh of the time.
    "-gcflags=all=-dwarf=false",
    "-ldflags",
    ["-s", "-w", ...variables].join(" "),
    "-o",
    output,
    tool.module.package,
  ];
}

/** Builds the tool's executable at `target`. @throws Error with the compiler's last lines if the build fails. */
export async function build(tool: Tool, target: string): Promise<void> {
  await inTemporaryFolder(dirname(target), async (folder) => {
    const output = join(folder, tool.name);
    const { exitCode, stderr, message, code } = (await execa("go", buildArguments(tool, output), {
      cwd: join(MODULES, tool.module.folder),
      // The compiler collects its garbage less often.
      env: { CGO_ENABLED: "0", GOFLAGS: "", GOGC: "400" },
      reject: false,
    })) as execa.ExecaReturnValue & { message?: string; code?: string };
    if (code === "ENOENT") throw new Error("Go is not installed");
    if (exitCode !== 0)
      throw new Error(
        `go build failed: ${(stderr || message || "").trim().split("\n").slice(-3).join(" | ")}`,
      );
    renameSync(output, target);
  });
}
