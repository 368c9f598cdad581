/**
 * Decides whether Helm replaces the objects of a service instead of patching them. Helm 3 updates objects with strategic merge
 * patches, in which the ports of a Service and of a container are identified by their number alone. If one number is used for two
 * protocols, such a patch changes the existing port instead of adding one, and the API server accepts it.
 */
import { own } from "../../model/graph";
import type { Problem } from "../../model/problems";
import { keptVolumes } from "../../model/volumes";
import type { PlanContext } from "../context";
import type { ReleasePlan } from "../plan";
import type { MicroserviceValues } from "./microservice-values";

/** Whether two ports of a service have the same number, in its pods or in its Service. */
function sharesNumber({
  ports = {},
}: {
  ports?: Record<string, { container: number; service?: number }>;
}): boolean {
  const all = Object.values(ports);
  const isUnique = (numbers: readonly number[]) => new Set(numbers).size === numbers.length;
  return (
    !isUnique(all.map(({ container }) => container)) ||
    !isUnique(all.map(({ container, service = container }) => service))
  );
}

/**
 * Whether the update of a service replaces its objects: two of its ports have the same number, now or after the update. Once
 * set, it stays, because to unset it would be a change of its own.
 */
export function replacesObjects(
  { deployed }: PlanContext,
  name: string,
  values: Pick<MicroserviceValues, "ports">,
): boolean {
  const before = own(deployed, name);
  if (before?.replaces) return true;
  return (
    sharesNumber(values) ||
    (before?.kind === "service" && sharesNumber(before.values as unknown as MicroserviceValues))
  );
}

/** Warns about deployed releases whose objects Helm replaces: what others have added to them is lost. */
export const replacementWarnings = (
  { deployed }: Pick<PlanContext, "deployed">,
  releases: readonly Pick<ReleasePlan, "name" | "replaces">[],
): string[] =>
  releases.flatMap(({ name, replaces }) =>
    replaces && own(deployed, name)
      ? [
          `${name} has or had two ports with the same number, so its updates replace its objects instead of patching them: annotations and fields that others have added are removed, ` +
            "and if kubectl rollout restart was used, the pods restart",
        ]
      : [],
  );

/** Reports services whose objects Helm would have to replace although one of them is a volume claim, which Kubernetes refuses. */
export function replacementProblems(context: PlanContext): Problem[] {
  const { application } = context;
  return Object.entries(application.services).flatMap(([name, service]) => {
    if (service.workload !== undefined || keptVolumes(service).length === 0) return [];
    const where = `apps/${application.name}.ts: service ${name}`;
    const why = "Helm would replace its volume claim, which Kubernetes does not allow";
    if (sharesNumber(service))
      return [
        {
          where,
          what: `it has volumes and two ports with the same number: ${why}`,
          todo: 'Give the ports different numbers, or use `workload: "StatefulSet"`.',
        },
      ];
    if (!replacesObjects(context, name, {})) return [];
    return [
      {
        where,
        what: `it has volumes, and Helm replaces its objects, because two of its ports had the same number: ${why}`,
        todo: 'Use `workload: "StatefulSet"`, or add a service with another name.',
      },
    ];
  });
}

/** A deployed Service that changes between one address for all pods and none. */
export interface HeadlessChange {
  name: string;
  /** Whether the Service is headless after the update. */
  headless: boolean;
}

/** Returns the deployed Services that the update makes headless, or no longer headless. Kubernetes does not change a Service in place. */
export const headlessChanges = ({
  application,
  deployed,
}: Pick<PlanContext, "application" | "deployed">): HeadlessChange[] =>
  Object.entries(application.services).flatMap(([name, { ports = {}, headless = false }]) => {
    const before = own(deployed, name);
    if (before?.kind !== "service" || Object.keys(ports).length === 0) return [];
    const values = before.values as unknown as MicroserviceValues;
    const hadService = Object.keys(values.ports ?? {}).length > 0;
    return !hadService || (values.service?.headless ?? false) === headless ? [] : [{ name, headless }];
  });
