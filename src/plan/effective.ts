/**
 * Lists the effective value of every setting, and its source: a file, the inventory, a preset or a default. Keys whose value
 * depends on other keys are computed here. Every other key of the schema shows its own value or its default.
 */
import type { Origin } from "../config/merge";
import { settingsSchema } from "../config/schema";
import type { StackSettings } from "../config/settings";
import type { Image, Resources, Service } from "../model/application";
import { own } from "../model/graph";
import { splitRepository } from "../model/image-formats";
import { pathOf } from "../model/paths";
import { compact, isRecord } from "../model/records";
import { defaultsAt } from "../model/schema-tree";
import { isImageOf, type Task } from "../model/task";
import { hasOnePod } from "../model/volumes";
import { type AppContext, createAppContext } from "./context";
import { isStandIn } from "./environment";
import { imageIn, mirrorOf, WAIT_IMAGE } from "./images";
import { serviceResources } from "./services/resources";
import { autoscalingOf, podsAtLeast, replicasOf } from "./services/scaling";
import { volumeShapes } from "./services/volumes";
import { profileOf } from "./stores/profile";
import { shapeOf } from "./stores/shape";
import { taskResources } from "./tasks/task";
import { taskImage } from "./tasks/tasks";

/** The source of a value. */
export type Source =
  | Origin
  /** The inventory of the application, with the path in it. */
  | { kind: "inventory"; path: readonly string[] }
  | { kind: "preset"; language: string }
  | { kind: "chart"; file: string }
  | { kind: "default" };

/** An effective value. */
export interface Effective {
  /** Path of the key. */
  path: readonly string[];
  value: unknown;
  source: Source;
  /** The key that decided the value, if it is another one. */
  by?: string;
}

/** Returns all effective values, in the order of the reference. Passwords are listed by name only. */
export function effectiveSettings({ settings, application: declared, origins }: StackSettings): Effective[] {
  const context: Context = { ...createAppContext(declared, settings), origins };
  const { application } = context;
  const { services: _, stores: __, externals: ___, tasks: ____, ...common } = settings;
  const computed = {
    ...common,
    replicas: replicasOf(settings),
    namespace: isRecord(settings.namespace)
      ? { ...settings.namespace, name: context.namespace }
      : context.namespace,
    profile: settings.profile ?? profileOf(settings, ""),
    waitImage: undefined,
  };
  const waits = imageIn(settings, WAIT_IMAGE, settings.waitImage);
  const chart: Source = { kind: "chart", file: "charts/microservice/values.yaml" };
  return [
    ...leavesOf(computed).map(([path, value]) => entryIn(context, [])(path, value, { kind: "default" })),
    ...imageEntries(
      entryIn(context, ["waitImage"]),
      WAIT_IMAGE,
      waits,
      chart,
      context,
      settings.waitImage.repository,
    ),
    // Services that the stack turns on or off.
    ...Object.keys(declared.services).flatMap((name): Effective[] =>
      own(settings.services, name)?.enabled === undefined && own(application.services, name)
        ? []
        : [
            entryIn(context, ["services", name])(["enabled"], own(application.services, name) !== undefined, {
              kind: "inventory",
              path: ["services", name, "optional"],
            }),
          ],
    ),
    ...Object.entries(application.services).flatMap(([name, service]) => ofService(context, name, service)),
    ...Object.keys(application.stores).flatMap((name) => ofStore(context, name)),
    ...Object.entries(application.tasks ?? {}).flatMap(([name, task]) => ofTask(context, name, task)),
    ...Object.keys(application.externals ?? {}).flatMap((name) => ofExternal(context, name)),
  ];
}

interface Context extends AppContext {
  origins: ReadonlyMap<string, Origin>;
}

function ofService(context: Context, name: string, service: Service): Effective[] {
  const { settings, application } = context;
  const overrides = { ...defaultsAt(settingsSchema, ["services", name]), ...own(settings.services, name) };
  const { repository, tag, digest, enabled, replicas, autoscaling, resources, volumes, ...others } =
    overrides;
  // The inventory describes a stand-in below its external.
  const path = isStandIn(application, name) ? ["externals", name, "standIn"] : ["services", name];
  const image = imageIn(settings, service.image, overrides);
  const scaling = autoscalingOf(service, settings, name);
  const preset: Source = { kind: "preset", language: service.language };
  const at = entryIn(context, ["services", name]);
  const fromInventory = (step: string): Source => ({ kind: "inventory", path: [...path, step] });
  const bound = (side: "minReplicas" | "maxReplicas"): Effective => {
    const isInInventory = service.autoscaling?.[side] !== undefined;
    // The default minimum is the number of pods of services without an autoscaler.
    const keys = [`autoscaling.${side}`, ...(side === "minReplicas" ? ["replicas"] : [])];
    return at(
      ["autoscaling", side],
      scaling?.[side],
      isInInventory ? fromInventory("autoscaling") : firstOf(context, keys),
    );
  };
  const pods: Source & { by?: string } = isStandIn(application, name)
    ? { kind: "default" }
    : hasOnePod(service)
      ? fromInventory("volumes")
      : firstOf(context, ["replicas"]);
  return [
    ...imageEntries(at, service.image, image, fromInventory("image"), context, repository),
    ...(scaling
      ? [bound("minReplicas"), bound("maxReplicas")]
      : [at(["replicas"], podsAtLeast(context, name), pods)]),
    ...leavesOf(serviceResources(service, resources)).map(([key, value]) =>
      at(["resources", ...key], value, hasIn(service.resources, key) ? fromInventory("resources") : preset),
    ),
    ...Object.entries(volumeShapes(settings, name, service)).flatMap(([volume, shape]) => [
      at(["volumes", volume, "storage"], shape.storage, fromInventory("volumes")),
      ...(shape.storageClass === undefined
        ? []
        : [at(["volumes", volume, "storageClass"], shape.storageClass, firstOf(context, ["storageClass"]))]),
    ]),
    ...leavesOf(others).map(([key, value]) => at(key, value, { kind: "default" })),
  ];
}

function ofStore(context: Context, name: string): Effective[] {
  const { settings } = context;
  const shape = shapeOf(context, name);
  const { store, kind } = shape;
  const overrides = { ...defaultsAt(settingsSchema, ["stores", name]), ...own(settings.stores, name) };
  const { profile, storage, storageClass, resources, generation, loaders, clusterKey, ...others } = overrides;
  const at = entryIn(context, ["stores", name]);
  const fromInventory = (step: string): Source => ({ kind: "inventory", path: ["stores", name, step] });
  return [
    at(["profile"], shape.profile, firstOf(context, ["profile"])),
    at(["storage"], shape.storage, fromInventory("storage")),
    ...(shape.storageClass === undefined
      ? []
      : [at(["storageClass"], shape.storageClass, firstOf(context, ["storageClass"]))]),
    ...leavesOf(shape.resources).map(([key, value]) =>
      at(["resources", ...key], value, fromInventory("resources")),
    ),
    at(["generation"], shape.generation, { kind: "default" }),
    ...Object.entries(store.loaders ?? {}).flatMap(([loader, { image }]) =>
      imageEntries(
        (path, value, fallback) => at(["loaders", loader, ...path], value, fallback),
        image,
        imageIn(settings, image, own(loaders ?? {}, loader)),
        { kind: "inventory", path: ["stores", name, "loaders", loader] },
        context,
        own(loaders ?? {}, loader)?.repository,
      ),
    ),
    ...leavesOf({
      ...others,
      clusterKey: kind.clusterKey && (clusterKey ?? { generation: 1 }),
    }).map(([key, value]) => at(key, value, { kind: "default" })),
  ];
}

function ofTask(context: Context, name: string, task: Task): Effective[] {
  const overrides = own(context.settings.tasks, name) ?? {};
  const { repository, tag, digest, suspend, resources, ...others } = overrides;
  const at = entryIn(context, ["tasks", name]);
  const fromInventory = (step: string): Source => ({ kind: "inventory", path: ["tasks", name, step] });
  return [
    // The image of a service is listed with the service.
    ...(isImageOf(task.image)
      ? []
      : imageEntries(
          at,
          task.image,
          taskImage(context, name, task),
          fromInventory("image"),
          context,
          repository,
        )),
    ...(task.cron
      ? [
          at(
            ["suspend"],
            suspend ?? task.cron.suspend ?? false,
            task.cron.suspend === undefined ? { kind: "default" } : fromInventory("cron"),
          ),
        ]
      : []),
    ...leavesOf(taskResources(context, name, task)).map(([key, value]) =>
      at(
        ["resources", ...key],
        value,
        hasIn(task.resources, key) ? fromInventory("resources") : { kind: "default" },
      ),
    ),
    ...leavesOf(others).map(([key, value]) => at(key, value, { kind: "default" })),
  ];
}

const ofExternal = (context: Context, name: string): Effective[] =>
  leavesOf({
    ...defaultsAt(settingsSchema, ["externals", name]),
    ...own(context.settings.externals, name),
  }).map(([key, value]) => entryIn(context, ["externals", name])(key, value, { kind: "default" }));

type At = (path: readonly string[], value: unknown, fallback: Source & { by?: string }) => Effective;

/** Returns a function that creates entries below a path. Their source is the file that sets the key, or the fallback. */
const entryIn =
  ({ origins }: Context, base: readonly string[]): At =>
  (relative, value, fallback) => {
    const path = [...base, ...relative];
    const origin = origins.get(pathOf(path));
    const { by, ...source } = fallback;
    if (origin) return { path, value, source: origin };
    return { path, value, source: source as Source, ...compact({ by }) };
  };

function imageEntries(
  at: At,
  described: Image,
  { repository, tag, digest }: Image,
  fallback: Source,
  { settings, origins }: Context,
  override: string | undefined,
): Effective[] {
  const { registry } = splitRepository(override ?? described.repository);
  const mirrorKey = pathOf(["registryMirrors", registry]);
  const mirror = mirrorOf(settings, registry) === registry ? undefined : origins.get(mirrorKey);
  const entry = at(["repository"], repository, fallback);
  return [
    mirror ? { ...entry, source: mirror, by: mirrorKey } : entry,
    at(["tag"], tag, fallback),
    ...(digest === undefined ? [] : [at(["digest"], digest, fallback)]),
  ];
}

/** Returns the source of the first key that is set in a file, or the default. */
function firstOf({ origins }: Context, keys: readonly string[]): Source & { by?: string } {
  const key = keys.find((candidate) => origins.has(candidate));
  const origin = key === undefined ? undefined : origins.get(key);
  return origin && key !== undefined ? { ...origin, by: key } : { kind: "default" };
}

/** Returns the leaves of a map with their paths. A list is a leaf. */
function leavesOf(value: object, path: readonly string[] = []): [string[], unknown][] {
  return Object.entries(value).flatMap(([key, inner]): [string[], unknown][] => {
    const at = [...path, key];
    if (inner === undefined) return [];
    return isRecord(inner) ? leavesOf(inner, at) : [[at, inner]];
  });
}

/** Whether resources have a value at a path such as `requests.cpu`. */
function hasIn(resources: Resources | undefined, [part = "", name = ""]: readonly string[]): boolean {
  return (
    own(own((resources ?? {}) as Record<string, Record<string, string>>, part) ?? {}, name) !== undefined
  );
}
