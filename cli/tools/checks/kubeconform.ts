/** kubeconform: validates objects against the schemas of Kubernetes. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import execa from "execa";
import { unreachable, usesProxy } from "../../../src/runtime/reach";
import { cacheFolder } from "../paths";
import { ensureTools } from "../toolchain/ensure";
import { KUBERNETES } from "../toolchain/specification";
import { nothingChecked, type Report } from "./report";
import { cachedSchemas, schemaLocation } from "./schemas";

/** Groups that every cluster serves: a missing schema of one of them means that nothing was checked. */
const isBuiltIn = (version: string): boolean =>
  /^(v1$|(apps|batch|autoscaling|policy|networking\.k8s\.io|rbac\.authorization\.k8s\.io)\/)/.test(version);

/** Where kubeconform downloads schemas from. */
const DOWNLOADS = "raw.githubusercontent.com";

interface Output {
  resources: { name: string; kind: string; version: string; status: string; msg: string }[];
}

/**
 * Validates manifests against the schemas of the sandbox cluster if it has run on this machine, else against those that
 * kubeconform downloads. Custom resources are not checked. Returns undefined if no schemas are available.
 */
export async function kubeconform(manifests: string): Promise<Report | undefined> {
  if (manifests === "") return nothingChecked();
  const { kubeconform: tool } = await ensureTools(["kubeconform"]);
  const isKept = existsSync(cachedSchemas());
  if (!isKept && !usesProxy(DOWNLOADS, process.env) && (await unreachable(DOWNLOADS, 443)) !== undefined)
    return undefined;
  const downloads = join(cacheFolder(), "schemas", "downloads");
  mkdirSync(downloads, { recursive: true });
  const source = isKept
    ? ["-schema-location", schemaLocation(cachedSchemas())]
    : ["-kubernetes-version", KUBERNETES, "-cache", downloads];
  const { stdout, stderr } = await execa(
    tool?.path as string,
    ["-strict", "-verbose", "-output", "json", "-ignore-missing-schemas", ...source, "-"],
    { input: manifests, reject: false },
  );
  if (!stdout.startsWith("{")) throw new Error(`kubeconform failed: ${stderr || stdout}`);
  const { resources } = JSON.parse(stdout) as Output;
  if (resources.some(({ msg }) => /failed downloading schema|could not download/i.test(msg)))
    return undefined;
  const wrong = resources.filter(
    ({ status, version }) =>
      status === "statusInvalid" ||
      status === "statusError" ||
      (status === "statusSkipped" && isBuiltIn(version)),
  );
  return {
    findings: wrong.map(({ kind, name, msg }) => ({
      severity: "critical",
      check: "schema",
      object: `${kind} ${name}`,
      message:
        msg === ""
          ? "no schema for its kind"
          : msg.replace(
              /^(problem validating schema\. Check JSON formatting: )?jsonschema validation failed with '[^']*' - /,
              "",
            ),
    })),
    passed: resources.length - wrong.length,
    excepted: 0,
  };
}
