/** Reports mentions of variables, such as `$(NAME)`, that nothing can fill in. */
import type { Settings } from "../config/schema";
import type { Application, Probe, Service } from "../model/application";
import { findCycle, own } from "../model/graph";
import { suggest } from "../model/nearest";
import { pathOf } from "../model/paths";
import type { Problem } from "../model/problems";
import { mapValues } from "../model/records";
import { mentionsPassword, type Text } from "../model/text";
import { isTooLong, lengthsOf, mention, variablesIn, withValues } from "../model/variables";
import { wordsIn } from "../model/words";
import { declaredVariables, isOfKubernetes, loaderVariables, runsShell } from "./variable-values";

/** The variables of a container, and where messages place them. */
interface Scope {
  /** The service or loader, such as `service web`. */
  owner: string;
  /** The file and the owner. */
  where: string;
  env: Record<string, Text>;
  /** Returns the place of a variable. */
  at(variable: string): string;
  /** Returns the key of the stack that takes a variable away, if one does. */
  takenAway?(variable: string): string | undefined;
}

/** Reports mentions of variables in the services and loaders of an inventory, with the variables of the stack. */
export function variableProblems(declared: Application, settings: Settings): Problem[] {
  const file = `apps/${declared.name}.ts`;
  const standIns = Object.entries(declared.externals ?? {}).flatMap(([name, { standIn }]) =>
    standIn ? [[name, standIn, "stand-in of external"] as const] : [],
  );
  const services = Object.entries(declared.services).map(
    ([name, service]) => [name, service, "service"] as const,
  );
  const loaders = Object.entries(declared.stores).flatMap(([store, { loaders = {} }]) =>
    Object.entries(loaders).map(([name, loader]) => [`store ${store}, loader ${name}`, loader] as const),
  );
  return [
    ...[...services, ...standIns].flatMap(([name, service, kind]) =>
      ofService(scopeOf(file, `${kind} ${name}`, name, service, settings), service),
    ),
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

function scopeOf(file: string, owner: string, name: string, service: Service, settings: Settings): Scope {
  const overrides = own(settings.services, name)?.env ?? {};
  const where = `${file}: ${owner}`;
  const inStack = (variable: string) => `flotilla:${pathOf(["services", name, "env", variable])}`;
  const inInventory = (variable: string) => `${where}: ${pathOf(["env", variable])}`;
  return {
    owner,
    where,
    env: declaredVariables(service, overrides),
    at: (variable) => (own(overrides, variable) === undefined ? inInventory : inStack)(variable),
    takenAway: (variable) => (own(overrides, variable) === null ? inStack(variable) : undefined),
  };
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
  const circle = findCycle(mapValues(env, variablesIn));
  if (!circle) return [...unknown, ...tooLong(scope)];
  const [first = "", second] = circle;
  return [
    ...unknown,
    {
      where: at(first),
      what:
        first === second
          ? `it mentions itself, ${mention(first)}`
          : `variables mention each other in a circle: ${circle.join(" -> ")}`,
      todo:
        first === second
          ? "Write the whole value: what the image sets is not known. A text that is meant literally has two dollar signs."
          : "Write the value into one of them.",
    },
  ];
}

/** Reports the variables that become too long, but not those that mention one of them. */
function tooLong({ env, at }: Scope): Problem[] {
  const lengths = lengthsOf(env);
  return Object.entries(env).flatMap(([name, text]) => {
    const mentioned = variablesIn(text);
    const isFirst = mentioned.length > 0 && !mentioned.some((other) => isTooLong(lengths.get(other)));
    if (!isFirst || !isTooLong(lengths.get(name))) return [];
    return [
      {
        where: at(name),
        what: `it has ${lengths.get(name)?.toLocaleString("en-US")} characters with the variables that it mentions, and Linux starts no program with so long a variable`,
        todo: "Mention less, or put the text into a file (`files`), and give the program its path.",
      },
    ];
  });
}

function unknownProblems({ env, owner, takenAway }: Scope, where: string, variable: string): Problem[] {
  if (own(env, variable) !== undefined) return [];
  const key = takenAway?.(variable);
  return [
    {
      where,
      what: `it mentions ${mention(variable)}, ${key === undefined ? `and ${owner} has no such variable` : `which ${key} takes away`}`,
      todo:
        key !== undefined
          ? `Leave it in the stack, or change the text that mentions it: ${key}.`
          : isOfKubernetes(variable)
            ? "Kubernetes knows it in commands and arguments only: let the program read it, or use the host kubernetes.default.svc."
            : `${suggest(variable, Object.keys(env))} If the text is meant literally, write $${mention(variable)}.`,
    },
  ];
}

function ofWords(scope: Scope, service: Service): Problem[] {
  const words = wordsIn(service);
  if (runsShell(words.map(([, word]) => word))) return [];
  return words.flatMap(([place, word]) =>
    variablesIn(word)
      .filter((variable) => !isOfKubernetes(variable))
      .flatMap((variable) => unknownProblems(scope, `${scope.where}: ${place}`, variable)),
  );
}

/** Kubernetes knows no Secrets when it runs the command of a probe. */
function ofProbe(scope: Scope, probe: Probe): Problem[] {
  if (!("exec" in probe)) return [];
  const where = `${scope.where}: the command of its probe`;
  const { command } = probe.exec;
  const values = withValues(scope.env);
  return command.flatMap(variablesIn).flatMap((variable) => {
    const value = own(values, variable);
    if (value === undefined) return runsShell(command) ? [] : unknownProblems(scope, where, variable);
    if (!mentionsPassword(value)) return [];
    return [
      {
        where,
        what: `it mentions ${mention(variable)}, which is in a Secret: Kubernetes does not fill it in there`,
        todo: `Let a shell read the variable: ["sh", "-c", "... "$${variable}""].`,
      },
    ];
  });
}

/** Reports mentions of a service's variables where Kubernetes fills in none. */
function elsewhere({ where, env }: Scope, service: Service): Problem[] {
  const { probe, liveness, metrics, writable = [], files = {}, sysctls = {}, public: open } = service;
  const http = [probe, liveness].flatMap((one) => (one && "http" in one ? [one.http] : []));
  const places: Record<string, string[]> = {
    "the path of its probe": http.map(({ path }) => path),
    "a header of its probe": http.flatMap(({ headers = {} }) => Object.values(headers)),
    "the path of its metrics": metrics ? [metrics.path] : [],
    "a path of writable": writable,
    "a path of files": Object.keys(files),
    "a value of sysctls": Object.values(sysctls),
    "an annotation of public": Object.values(open?.annotations ?? {}),
  };
  return Object.entries(places).flatMap(([place, texts]) =>
    texts
      .flatMap(variablesIn)
      .filter((variable) => own(env, variable) !== undefined)
      .map((variable) => ({
        where,
        what: `${place} mentions ${mention(variable)}, and variables are filled in only in env, command, args and commands of probes`,
        todo: "Write the value itself.",
      })),
  );
}
