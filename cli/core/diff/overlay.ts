import { isRecord } from "../../../src/model/records";

/**
 * Overlays the fields of a manifest on a live object. This estimates the result of applying it without asking the API server.
 * List entries are matched by name, or by index if both lists have the same length.
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

/** The name of a list entry; volumeClaimTemplates have it in their metadata. */
function nameIn(item: unknown): unknown {
  if (!isRecord(item)) return undefined;
  return item.name ?? (isRecord(item.metadata) ? item.metadata.name : undefined);
}
