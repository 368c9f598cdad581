/** The settings that a rollback deploys, from the recorded ones and the current ones. */
import { isDeepStrictEqual } from "node:util";
import { PREFIX } from "../../src/config/prefix";
import { deployedStore } from "../../src/plan/deployed";
import { type RecordedConfig, settingAt, withSetting } from "./restore";
import { deployedOf, type ExportedResource, RELEASE } from "./state";

/** The recorded settings of the target update and of now. */
export interface PastSettings {
  then: RecordedConfig;
  now: RecordedConfig;
}

/** Returns the past settings, except those that must stay as they are now; `resources` are the current ones. */
export function settingsOfThen(
  { then, now }: PastSettings,
  resources: readonly ExportedResource[],
  { includeStores }: { includeStores: boolean },
): RecordedConfig {
  const key = (name: string) => `${PREFIX}:${name}`;
  // The stack stays in its place: a past program may not know the settings that keep it there.
  const staying = ["cluster", "namespace", ...(includeStores ? [] : ["stores"])];
  const kept = staying.reduce(
    (config, name) => withSetting(config, [key(name)], settingAt(now, [key(name)])),
    then,
  );
  // Passwords of older generations no longer exist.
  const deployed = deployedOf(resources);
  return Object.keys(deployed).reduce((config, name) => {
    const store = deployedStore(deployed, name);
    if (!store) return config;
    const path = [key("stores"), name];
    const withPasswords = withGeneration(config, [...path, "generation"], store.finished);
    return withGeneration(withPasswords, [...path, "clusterKey", "generation"], store.clusterGeneration);
  }, kept);
}

const withGeneration = (
  config: RecordedConfig,
  path: readonly string[],
  generation: number,
): RecordedConfig =>
  Number(settingAt(config, path) ?? 1) === generation
    ? config
    : withSetting(config, path, generation === 1 ? undefined : generation);

/** Returns the current settings with one service's past settings and version; `before` and `resources` are the past and current states. */
export function withServiceOfThen(
  { then, now }: PastSettings,
  service: string,
  before: readonly ExportedResource[],
  resources: readonly ExportedResource[],
): RecordedConfig {
  const path = [`${PREFIX}:services`, service];
  const config = withSetting(now, path, settingAt(then, path));
  const [was, is] = [imageIn(before, service), imageIn(resources, service)];
  // If the inventory has changed the version since, the settings must name the past one.
  const image = isDeepStrictEqual(was, is)
    ? { tag: settingAt(now, [...path, "tag"]), digest: settingAt(now, [...path, "digest"]) }
    : { tag: was?.tag, digest: was?.digest };
  return withSetting(withSetting(config, [...path, "tag"], image.tag), [...path, "digest"], image.digest);
}

/** A service's image in a state. */
function imageIn(
  resources: readonly ExportedResource[],
  service: string,
): { repository?: string; tag?: string; digest?: string } | undefined {
  const release = resources.find(({ type, inputs }) => type === RELEASE && inputs?.name === service);
  return (release?.inputs?.values as { image?: object } | undefined)?.image;
}
