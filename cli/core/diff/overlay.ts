import { isRecord } from "../../../src/model/records";

/**
 * A live object with the fields of a manifest as they are there: what applying it would make of it, as far as that can be
 * told without the API server. Entries of lists are matched by name, or by place where there are as many.
 */
export function overlay(live: unknown, manifest: unknown): unknown {
  if (isRecord(live) && isRecord(manifest))
    return {
      ...live,
      ...Object.fromEntries(Object.entries(manifest).map(([key, value]) => [key, overlay(live[key], value)])),
    };
  if (!Array.isArray(live) || !Array.isArray(manifest)) return manifest;
  if (manifest.every((item) => nameIn(item) !== undefined))
    return manifest.map((item) =>
      overlay(
        live.find((other) => nameIn(other) === nameIn(item)),
        item,
      ),
    );
  return live.length === manifest.length
    ? manifest.map((item, index) => overlay(live[index], item))
    : manifest;
}

/** The name of a list's entry; a volume claim's template has it in its metadata. */
function nameIn(item: unknown): unknown {
  if (!isRecord(item)) return undefined;
  return item.name ?? (isRecord(item.metadata) ? item.metadata.name : undefined);
}
