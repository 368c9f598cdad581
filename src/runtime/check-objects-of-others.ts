/** Checks, before anything moves, that every Secret, ConfigMap and claim exists that services and tasks need and Flotilla does not create. */
import type { Application } from "../model/application";
import { kindOfProgram } from "../model/graph";
import { type KindOfOthers, type ObjectOfOthers, objectsOfOthers } from "../model/objects-of-others";
import { type Problem, refuse } from "../model/problems";
import { claimName, keptVolumes } from "../model/volumes";
import type { Answer, Ask } from "./ask-cluster";

/** An object as the API server has it. */
interface LiveObject {
  data?: object;
  binaryData?: object;
  spec?: { accessModes?: string[] };
}

const PATHS: Record<KindOfOthers, string> = {
  Secret: "secrets",
  ConfigMap: "configmaps",
  PersistentVolumeClaim: "persistentvolumeclaims",
};

/** Returns the objects that the pods need: those that may be missing and the application's own claims are left out. */
export function neededObjects(application: Application): ObjectOfOthers[] {
  const own = new Set(
    Object.entries(application.services).flatMap(([service, described]) =>
      keptVolumes(described).map(([volume]) => claimName(service, volume)),
    ),
  );
  return objectsOfOthers(application).filter(
    ({ kind, name, optional }) => !optional && !(kind === "PersistentVolumeClaim" && own.has(name)),
  );
}

/** Returns the path of an object in the API. */
export const pathOfObject = (
  namespace: string,
  { kind, name }: Pick<ObjectOfOthers, "kind" | "name">,
): string => `/api/v1/namespaces/${encodeURIComponent(namespace)}/${PATHS[kind]}/${encodeURIComponent(name)}`;

/** Returns why the pods could not use an object. */
export function objectProblems(
  application: Application,
  namespace: string,
  { kind, name, keys, accessMode = "ReadWriteOnce", optional, program, place }: ObjectOfOthers,
  answer: Answer,
): Problem[] {
  const where = `apps/${application.name}.ts: ${kindOfProgram(application, program)} ${program}, ${place}`;
  // Flotilla may not read it, so it cannot check it; the pods report what is missing.
  if ("unread" in answer) return [];
  const isClaim = kind === "PersistentVolumeClaim";
  if ("missing" in answer)
    return [
      {
        where,
        what: `namespace ${namespace} has no ${kind} ${name}, and the pods would not start`,
        todo:
          optional !== undefined
            ? "Create it, correct the name, or set `optional: true` if the program works without it."
            : "Create it, or correct the name.",
      },
    ];
  const { data = {}, binaryData = {}, spec } = answer.object as LiveObject;
  if (isClaim) {
    const { accessModes = [] } = spec ?? {};
    return accessModes.includes(accessMode)
      ? []
      : [
          {
            where,
            what: `the claim ${name} has the access mode ${accessModes.join(", ")}, not ${accessMode}`,
            todo: `Set \`accessMode\` of the volume to ${accessModes.join(" or ")}.`,
          },
        ];
  }
  const has = [...Object.keys(data), ...Object.keys(binaryData)];
  const missing = keys.filter((key) => !has.includes(key));
  return missing.length === 0
    ? []
    : [
        {
          where,
          what: `${kind} ${name} in namespace ${namespace} lacks the key ${missing.join(", ")}, and the pods would not start; it has ${has.length === 0 ? "none" : has.join(", ")}`,
          todo: "Add the key, or correct its name.",
        },
      ];
}

/** Returns a note for each object that must be created while the first update runs, because its namespace does not exist before. */
export const objectsToCreate = (application: Application, namespace: string): string[] =>
  [...new Set(neededObjects(application).map(({ kind, name }) => `${kind} ${name}`))].map(
    (object) =>
      `the pods need ${object}, which Flotilla does not create: create it as soon as this update has created namespace ${namespace}; the pods wait for it until the time limit of their release`,
  );

/** Returns a function that asks for each path only once. */
export function once(ask: Ask): Ask {
  const answers = new Map<string, Promise<Answer>>();
  return (path) => {
    const answer = answers.get(path) ?? ask(path);
    answers.set(path, answer);
    return answer;
  };
}

/** Checks the existing objects. Returns warnings if the namespace does not exist yet. @throws FlotillaError if one is missing. */
export async function checkObjectsOfOthers(
  ask: Ask,
  application: Application,
  namespace: string,
  hasNamespace: boolean,
): Promise<string[]> {
  if (!hasNamespace) return objectsToCreate(application, namespace);
  const objects = neededObjects(application);
  const answerFor = once(ask);
  const problems = await Promise.all(
    objects.map(async (object) =>
      objectProblems(application, namespace, object, await answerFor(pathOfObject(namespace, object))),
    ),
  );
  refuse(problems.flat());
  return [];
}
