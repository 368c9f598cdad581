import type { Kubectl } from "./kubectl";

/** Flags that tell helm what the cluster serves, for charts that ask. */
export async function capabilities(kubectl: Kubectl): Promise<string[]> {
  const [version, versions, resources] = await Promise.all([
    kubectl.json<{ serverVersion: { gitVersion: string } }>(["version"]),
    // With an API service that is down both tell what the others serve, and end with 1.
    kubectl.run(["api-versions"], { partial: true }),
    kubectl.run(["api-resources", "--no-headers"], { partial: true }),
  ]);
  const kinds = resources.split("\n").flatMap((line) => {
    // The second column, short names, may be empty.
    const [kind, , apiVersion] = line.trim().split(/\s+/).reverse();
    return kind && apiVersion ? [`${apiVersion}/${kind}`] : [];
  });
  const apis = [...versions.split("\n").map((line) => line.trim()), ...kinds].filter((api) => api !== "");
  return ["--kube-version", version.serverVersion.gitVersion, "--api-versions", [...new Set(apis)].join(",")];
}
