import type { Kubectl } from "../live/kubectl";

/** Flags that tell helm what the cluster serves, for charts that ask. */
export async function capabilities(kubectl: Kubectl): Promise<string[]> {
  const [version, resources] = await Promise.all([
    kubectl.json<{ serverVersion: { gitVersion: string } }>(["version"]),
    kubectl.run(["api-resources", "--no-headers"]),
  ]);
  const kinds = resources.split("\n").flatMap((line) => {
    // The second column, short names, may be empty.
    const [kind, , apiVersion] = line.trim().split(/\s+/).reverse();
    return kind && apiVersion ? [apiVersion, `${apiVersion}/${kind}`] : [];
  });
  return [
    "--kube-version",
    version.serverVersion.gitVersion,
    "--api-versions",
    [...new Set(kinds)].join(","),
  ];
}
