/** Reports mentions of variables, such as `$(NAME)`, that cannot be replaced. */
import type { Settings } from "../config/schema";
import type { Application, Probe, Service } from "../model/application";
import { containersOf, type NamedContainer } from "../model/containers";
import { findCycle, own } from "../model/graph";
import { suggest } from "../model/nearest";
import { pathOf } from "../model/paths";
import { directoriesOf } from "../model/pod";
import type { Problem } from "../model/problems";
import { routesOf } from "../model/public";
import { mapValues } from "../model/records";
import { asService } from "../model/task";
import { isOfPod, mentionsPassword, needsPod, referencesOf, type Text } from "../model/text";
import { hasEnvFrom, isTooLong, lengthsOf, mention, variablesIn, withValues } from "../model/variables";
import { wordsIn } from "../model/words";
import { declaredVariables, isOfKubernetes, loaderVariables, runsShell } from "./variable-values";

/** The variables of a container, and their places in messages. */
interface Scope {
  /** The service or loader, such as `service web`. */
  owner: string;
  /** The file and the owner. */
  where: string;
  env: Record<string, Text>;
  /** Whether existing Secrets and ConfigMaps add variables. Default: false. */
  hasOthers?: boolean;
  /** Returns the place of a variable. */
  at(variable: string): string;
  /** Returns the setting that removes a variable, if there is one. */
  removedBy?(variable: string): string | undefined;
}

/** Reports mentions of variables in the services, tasks and loaders of an inventory, with the variables of the stack. */
export function variableProblems(declared: Application, settings: Settings): Problem[] {
  const file = `apps/${declared.name}.ts`;
  const standIns = Object.entries(declared.externals ?? {}).flatMap(([name, { standIn }]) =>
    standIn ? [[name, standIn, "stand-in of external"] as const] : [],
  );
  const services = Object.entries(declared.services).map(
    ([name, service]) => [name, service, "service"] as const,
  );
  const tasks = Object.entries(declared.tasks ?? {}).map(
    ([name, task]) => [name, asService(task), "task"] as const,
  );
  const loaders = Object.entries(declared.stores).flatMap(([store, { loaders = {} }]) =>
    Object.entries(loaders).map(([name, loader]) => [`store ${store}, loader ${name}`, loader] as const),
  );
  return [
    ...[...services, ...standIns, ...tasks].flatMap(([name, service, kind]) => {
      const group = kind === "task" ? "tasks" : "services";
      return [
        ...ofService(scopeOf(file, `${kind} ${name}`, [group, name], service, settings), service),
        ...containersOf(service).flatMap((one) => ofContainer(file, `${kind} ${name}`, one)),
      ];
    }),
    ...loaders.flatMap(([owner, loader]) => {
      const where = `${file}: ${owner}`;
      return ofVariables({
        owner,
        where,
        env: loaderVariables(loader),
        at: (variable) => `${where}: ${pathOf(["env", variable])}`,
      });
    }),
  ];
}

function scopeOf(
  file: string,
  owner: string,
  [group, name]: ["services" | "tasks", string],
  service: Service,
  settings: Settings,
): Scope {
  const overrides = own(settings[group], name)?.env ?? {};
  const where = `${file}: ${owner}`;
  const inStack = (variable: string) => `flotilla:${pathOf([group, name, "env", variable])}`;
  const inInventory = (variable: string) => `${where}: ${pathOf(["env", variable])}`;
  return {
    owner,
    where,
    env: declaredVariables(service, overrides),
    hasOthers: hasEnvFrom(service),
    at: (variable) => (own(overrides, variable) === undefined ? inInventory : inStack)(variable),
    removedBy: (variable) => (own(overrides, variable) === null ? inStack(variable) : undefined),
  };
}

function ofContainer(file: string, of: string, { name, kind, container }: NamedContainer): Problem[] {
  const owner = `${of}, ${kind} ${name}`;
  const where = `${file}: ${owner}`;
  const scope: Scope = {
    owner,
    where,
    env: container.env ?? {},
    hasOthers: hasEnvFrom(container),
    at: (variable) => `${where}: ${pathOf(["env", variable])}`,
  };
  return [
    ...ofVariables(scope),
    ...ofWords(scope, container),
    ...(container.probe ? ofProbe(scope, container.probe) : []),
  ];
}

const ofService = (scope: Scope, service: Service): Problem[] => [
  ...ofVariables(scope),
  ...ofWords(scope, service),
  ...[service.probe, service.liveness].flatMap((probe) => (probe ? ofProbe(scope, probe) : [])),
  ...elsewhere(scope, service),
];

function ofVariables(scope: Scope): Problem[] {
  const { env, at } = scope;
  const unknown = Object.entries(env).flatMap(([key, text]) =>
    variablesIn(text).flatMap((variable) => unknownProblems(scope, at(key), variable)),
  );
  const cycle = findCycle(mapValues(env, variablesIn));
  if (!cycle) return [...unknown, ...tooLong(scope), ...neverReplaced(scope)];
  const [first = "", second] = cycle;
  return [
    ...unknown,
    {
      where: at(first),
      what:
        first === second
          ? `refers to itself, ${mention(first)}`
          : `the variables form a cycle: ${cycle.join(" -> ")}`,
      todo:
        first === second
          ? "Write the complete value: the image's own value is not known. To use the text literally, write two dollar signs."
          : "Write the value into one of them.",
    },
  ];
}

/** Reports variables in a Secret that mention what only the pod knows. */
function neverReplaced({ env, hasOthers, at }: Scope): Problem[] {
  return Object.entries(withValues(env, hasOthers)).flatMap(([name, text]) => {
    const late = mentionsPassword(text) ? referencesOf(text).filter(isOfPod) : [];
    const [first] = late.filter(({ ref }) => ref === "variable");
    if (first === undefined) return [];
    return [
      {
        where: at(name),
        what: `contains a password and ${mention(first.of)}, whose value only the pod knows: Kubernetes does not replace variables in a Secret`,
        todo: "Give the program two variables, one of them without the password.",
      },
    ];
  });
}

/** Reports variables that become too long, but not variables that mention one of them. */
function tooLong({ env, at }: Scope): Problem[] {
  const lengths = lengthsOf(env);
  return Object.entries(env).flatMap(([name, text]) => {
    const mentioned = variablesIn(text);
    const isFirst = mentioned.length > 0 && !mentioned.some((other) => isTooLong(lengths.get(other)));
    if (!isFirst || !isTooLong(lengths.get(name))) return [];
    return [
      {
        where: at(name),
        what: `has ${lengths.get(name)?.toLocaleString("en-US")} characters including the variables that it refers to, which is too long for a variable on Linux`,
        todo: "Refer to fewer variables, or put the text into a file (`files`) and pass its path to the program.",
      },
    ];
  });
}

function unknownProblems(
  { env, hasOthers, owner, removedBy }: Scope,
  where: string,
  variable: string,
): Problem[] {
  if (own(env, variable) !== undefined || hasOthers) return [];
  const key = removedBy?.(variable);
  return [
    {
      where,
      what: `refers to ${mention(variable)}, ${key === undefined ? `but ${owner} has no such variable` : `which ${key} removes`}`,
      todo:
        key !== undefined
          ? `Remove that setting, or change the text that refers to the variable: ${key}.`
          : isOfKubernetes(variable)
            ? "Kubernetes only replaces it in commands and arguments: let the program read it, or use the host kubernetes.default.svc."
            : `${suggest(variable, Object.keys(env))} To use the text literally, write $${mention(variable)}.`,
    },
  ];
}

function ofWords(scope: Scope, container: Pick<Service, "command" | "args">): Problem[] {
  const words = wordsIn(container);
  if (runsShell(words.map(([, word]) => word))) return [];
  return words.flatMap(([place, word]) =>
    variablesIn(word)
      .filter((variable) => !isOfKubernetes(variable))
      .flatMap((variable) => unknownProblems(scope, `${scope.where}: ${place}`, variable)),
  );
}

/** Checks the command of a probe, where Kubernetes does not replace variables from a Secret. */
function ofProbe(scope: Scope, probe: Probe): Problem[] {
  if (!("exec" in probe)) return [];
  const where = `${scope.where}: the command of the probe`;
  const { command } = probe.exec;
  const values = withValues(scope.env, scope.hasOthers);
  return command.flatMap(variablesIn).flatMap((variable) => {
    const value = own(values, variable);
    const isKnown = value !== undefined && !mentionsPassword(value) && !needsPod(value);
    if (isKnown || (value === undefined && runsShell(command))) return [];
    if (value === undefined && !scope.hasOthers) return unknownProblems(scope, where, variable);
    return [
      {
        where,
        what: `refers to ${mention(variable)}, which ${value !== undefined && mentionsPassword(value) ? "is in a Secret" : "only the pod knows"}: Kubernetes does not replace it there`,
        todo: `Let a shell read the variable: ["sh", "-c", "... "$${variable}""].`,
      },
    ];
  });
}

/** Reports mentions of a service's variables in places where variables are not replaced. */
function elsewhere({ where, env }: Scope, service: Service): Problem[] {
  const { probe, liveness, metrics, writable, files = {}, sysctls = {}, workingDirectory } = service;
  const http = [probe, liveness].flatMap((one) => (one && "http" in one ? [one.http] : []));
  const places: Record<string, string[]> = {
    "the path of the probe": http.map(({ path }) => path),
    "a header of the probe": http.flatMap(({ headers = {} }) => Object.values(headers)),
    "the path of the metrics": metrics ? [metrics.path] : [],
    "a path in `writable`": directoriesOf(writable).map(({ path }) => path),
    "the working directory": workingDirectory === undefined ? [] : [workingDirectory],
    "a path in `files`": Object.keys(files),
    "a value in `sysctls`": Object.values(sysctls),
    "an annotation in `public`": Object.values(routesOf(service)).flatMap(({ annotations = {} }) =>
      Object.values(annotations),
    ),
  };
  return Object.entries(places).flatMap(([place, texts]) =>
    texts
      .flatMap(variablesIn)
      .filter((variable) => own(env, variable) !== undefined)
      .map((variable) => ({
        where,
        what: `${place} refers to ${mention(variable)}, but variables are only replaced in env, command, args and commands of probes`,
        todo: "Write the value itself.",
      })),
  );
}
