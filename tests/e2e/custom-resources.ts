/**
 * Definitions of the custom resources that the shared chart can render. Their projects publish them in Go modules, pinned
 * by `crds/go.sum`; nothing is built.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import execa from "execa";

const MODULES: Record<string, readonly string[]> = {
  "sigs.k8s.io/gateway-api": [
    "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml",
    "config/crd/standard/gateway.networking.k8s.io_grpcroutes.yaml",
  ],
  "github.com/prometheus-operator/prometheus-operator": [
    "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",
    "example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml",
    "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
  ],
  "github.com/external-secrets/external-secrets": [
    "config/crds/bases/external-secrets.io_externalsecrets.yaml",
  ],
  "github.com/kedacore/keda/v2": ["config/crd/bases/keda.sh_scaledobjects.yaml"],
};

/** Returns the definitions as one text of manifests, or undefined without Go. */
export async function customResources(): Promise<string | undefined> {
  const args = ["mod", "download", "-json", ...Object.keys(MODULES)];
  const { stdout, failed, code } = (await execa("go", args, {
    cwd: join(__dirname, "crds"),
    env: { GOFLAGS: "-mod=mod" },
    reject: false,
  })) as execa.ExecaReturnValue & { code?: string };
  if (code === "ENOENT") return undefined;
  if (failed) throw new Error(`the custom resources cannot be downloaded: ${stdout}`);
  const modules = JSON.parse(`[${stdout.replace(/\}\s*\{/g, "},{")}]`) as { Path: string; Dir: string }[];
  return modules
    .flatMap(({ Path, Dir }) => (MODULES[Path] ?? []).map((file) => readFileSync(join(Dir, file), "utf8")))
    .join("\n---\n");
}
