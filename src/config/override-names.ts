/** Checks the names in settings against the inventory. */
import type { Application } from "../model/application";
import { containersOf } from "../model/containers";
import { own } from "../model/graph";
import { suggest } from "../model/nearest";
import type { Problem } from "../model/problems";
import { isRecord } from "../model/records";
import type { Program } from "../model/task";
import { mountedVolumes } from "../model/volumes";
import { isCheckOfChecker, RULE_NAMES } from "./rules";
import type { MessageContext } from "./settings-issues";

/** Reports overrides whose service, store, external, secret, loader or rule does not exist. */
export function nameProblems(
  input: Record<string, unknown>,
  application: Application,
  { where, stack }: Pick<MessageContext, "where" | "stack">,
  deployedStores: readonly string[],
): Problem[] {
  const { name, services, stores, tasks = {}, externals = {}, secrets = {} } = application;
  const removed = keysAt(input, ["stores"]).filter(
    (store) => !own(stores, store) && deployedStores.includes(store),
  );
  const check = (path: readonly string[], known: readonly string[], of: string, kind: string): Problem[] =>
    keysAt(input, path)
      .filter((key) => !known.includes(key))
      .map((key) => ({
        where: where([...path, key]),
        what: `${of} has no ${kind} "${key}"`,
        todo: suggest(key, known),
      }));
  const standIns = Object.keys(externals).filter((external) => externals[external]?.standIn);
  return [
    ...check(["services"], [...Object.keys(services), ...standIns], name, "service"),
    ...check(["stores"], [...Object.keys(stores), ...removed], name, "store"),
    ...removed.map((store) => ({
      where: where(["stores", store]),
      what: `${name} no longer has a store "${store}", but it is still deployed with its data`,
      todo: `Put ${store} back into apps/${name}.ts. If its data can be deleted, remove this setting and run: npx flotilla remove ${store} --stack ${stack}`,
    })),
    ...check(["tasks"], Object.keys(tasks), name, "task"),
    ...check(["externals"], Object.keys(externals), name, "external"),
    ...check(["secrets"], Object.keys(secrets), name, "secret"),
    ...Object.entries(stores).flatMap(([store, { loaders = {} }]) =>
      check(["stores", store, "loaders"], Object.keys(loaders), store, "loader"),
    ),
    ...["services", "stores", "tasks"].flatMap((kind) =>
      keysAt(input, [kind]).flatMap((owner) =>
        check(
          [kind, owner, "exceptions"],
          [...RULE_NAMES, ...keysAt(input, [kind, owner, "exceptions"]).filter(isCheckOfChecker)],
          "flotilla check",
          "rule",
        ),
      ),
    ),
    ...Object.entries({ services, tasks }).flatMap(([kind, programs]) =>
      Object.entries<Program>(programs).flatMap(([program, described]) => {
        const set = keysAt(input, [kind, program, "env"]);
        const inContainers = containersOf(described).flatMap(({ container }) =>
          Object.keys(container.env ?? {}),
        );
        const attributes = mountedVolumes(described).flatMap(([, volume]) =>
          "csi" in volume ? Object.keys(volume.csi.attributes ?? {}) : [],
        );
        return [
          ...check(
            [kind, program, "exceptions", "plain-secret"],
            [
              ...Object.keys(described.env ?? {}),
              ...set,
              ...Object.keys(described.files ?? {}),
              ...inContainers,
              ...attributes,
            ],
            program,
            "variable or file",
          ),
          ...check(
            [kind, program, "containers"],
            containersOf(described).map(({ name }) => name),
            program,
            "sidecar or init container",
          ),
        ];
      }),
    ),
  ];
}

/** Returns the keys of the map at a path of the input. Empty if the value is not a map. */
function keysAt(input: unknown, [first, ...rest]: readonly string[]): string[] {
  if (!isRecord(input)) return [];
  return first === undefined ? Object.keys(input) : keysAt(own(input, first), rest);
}
