import type { Kubectl } from "./kubectl";

/** Helm flags with the versions and APIs that the cluster serves, for charts that check them. */
export async function capabilities(kubectl: Kubectl): Promise<string[]> {
  const [version, versions, resources] = await Promise.all([
    kubectl.json<{ serverVersion: { gitVersion: string } }>(["version"]),
    // If an API service is down, both commands still list the other APIs but exit with 1.
    kubectl.run(["api-versions"], { partial: true }),
    kubectl.run(["api-resources", "--no-headers"], { partial: true }),
  ]);
  const kinds = resources.split("\n").flatMap((line) => {
    // Read from the end: the second column, short names, may be empty.
    const [kind, , apiVersion] = line.trim().split(/\s+/).reverse();
    return kind && apiVersion ? [`${apiVersion}/${kind}`] : [];
  });
  const apis = [...versions.split("\n").map((line) => line.trim()), ...kinds].filter((api) => api !== "");
  return ["--kube-version", version.serverVersion.gitVersion, "--api-versions", [...new Set(apis)].join(",")];
}
