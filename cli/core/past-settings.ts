/** The settings that a rollback deploys, from those of then and those of now. */
import { isDeepStrictEqual } from "node:util";
import { PREFIX } from "../../src/config/prefix";
import { deployedStore } from "../../src/plan/deployed";
import { type RecordedConfig, settingAt, withSetting } from "./restore";
import { deployedOf, type ExportedResource, RELEASE } from "./state";

/** Recorded settings. */
export interface PastSettings {
  then: RecordedConfig;
  now: RecordedConfig;
}

/** The settings of then for all that does not have to stay as it is now; `resources` are those of now. */
export function settingsOfThen(
  { then, now }: PastSettings,
  resources: readonly ExportedResource[],
  { includeStores }: { includeStores: boolean },
): RecordedConfig {
  const key = (name: string) => `${PREFIX}:${name}`;
  // Where the stack is does not go back with it: a program of then knows nothing of what keeps it there.
  const staying = ["cluster", "namespace", ...(includeStores ? [] : ["stores"])];
  const kept = staying.reduce(
    (config, name) => withSetting(config, [key(name)], settingAt(now, [key(name)])),
    then,
  );
  // Passwords of an older generation are gone.
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

/** The settings of now, with one service's settings and version of then; `before` and `resources` are the states of both. */
export function withServiceOfThen(
  { then, now }: PastSettings,
  service: string,
  before: readonly ExportedResource[],
  resources: readonly ExportedResource[],
): RecordedConfig {
  const path = [`${PREFIX}:services`, service];
  const config = withSetting(now, path, settingAt(then, path));
  const [was, is] = [imageIn(before, service), imageIn(resources, service)];
  // Where the inventory has named another version since, the settings have to name that of then.
  const image = isDeepStrictEqual(was, is)
    ? { tag: settingAt(now, [...path, "tag"]), digest: settingAt(now, [...path, "digest"]) }
    : { tag: was?.tag, digest: was?.digest };
  return withSetting(withSetting(config, [...path, "tag"], image.tag), [...path, "digest"], image.digest);
}

/** A service's image as a state has it. */
function imageIn(
  resources: readonly ExportedResource[],
  service: string,
): { repository?: string; tag?: string; digest?: string } | undefined {
  const release = resources.find(({ type, inputs }) => type === RELEASE && inputs?.name === service);
  return (release?.inputs?.values as { image?: object } | undefined)?.image;
}
