/** Checks that the cluster has the priority and runtime classes of its services and tasks, before anything moves. */
import type { Application } from "../model/application";
import { kindOfProgram, programsOf } from "../model/graph";
import { type Problem, refuse } from "../model/problems";
import type { Ask } from "./ask-cluster";

/** A class that a service or task names. */
export interface NamedClass {
  kind: "PriorityClass" | "RuntimeClass";
  name: string;
  /** The first service or task that names it. */
  program: string;
}

/** The plural names of the classes, with their API group and version. */
const CLASS_PATHS = {
  PriorityClass: "scheduling.k8s.io/v1/priorityclasses",
  RuntimeClass: "node.k8s.io/v1/runtimeclasses",
} as const;

/** Returns the classes that services and tasks name, once each. */
export function namedClasses(application: Application): NamedClass[] {
  const all = Object.entries(programsOf(application)).flatMap(([program, { pod = {} }]): NamedClass[] => [
    ...(pod.priorityClass === undefined
      ? []
      : [{ kind: "PriorityClass" as const, name: pod.priorityClass, program }]),
    ...(pod.runtimeClass === undefined
      ? []
      : [{ kind: "RuntimeClass" as const, name: pod.runtimeClass, program }]),
  ]);
  return [...new Map(all.reverse().map((one) => [`${one.kind}/${one.name}`, one])).values()].reverse();
}

/** Reports a class that the cluster does not have. */
export const classProblem = (application: Application, { kind, name, program }: NamedClass): Problem => ({
  where: `apps/${application.name}.ts: ${kindOfProgram(application, program)} ${program}, pod.${kind === "PriorityClass" ? "priorityClass" : "runtimeClass"}`,
  what: `the cluster has no ${kind} ${name}, and it would refuse the pods`,
  todo: `Create it, or use one of these: kubectl get ${kind.toLowerCase()}`,
});

/** Checks the classes in the cluster. @throws FlotillaError if one is missing. */
export async function checkClasses(ask: Ask, application: Application): Promise<void> {
  const problems = await Promise.all(
    namedClasses(application).map(async (named) =>
      // Without permission to read it, the update itself shows the API server's message.
      "missing" in (await ask(`/apis/${CLASS_PATHS[named.kind]}/${named.name}`))
        ? [classProblem(application, named)]
        : [],
    ),
  );
  refuse(problems.flat());
}
