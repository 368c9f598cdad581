/** What runs beside a store in its pods, and what it asks for. */
import type { Settings } from "../../config/schema";
import type { StoreShape } from "./shape";
import { besides, EXPORTER_MEMORY, KUBECTL_RESOURCES, SENTINEL_MEMORY } from "./store";

/** Of the containers beside a store's own; `charts/store` has none. */
export function sidecarsOf({ distribution }: Settings, { store: { kind }, metrics, profile }: StoreShape) {
  if (distribution === "upstream") return [];
  return [
    // rabbitmq exports its metrics itself.
    ...(metrics && kind !== "rabbitmq" ? [besides(EXPORTER_MEMORY[kind]).resources] : []),
    ...(kind === "redis" && profile === "replicated"
      ? [besides(SENTINEL_MEMORY).resources, KUBECTL_RESOURCES]
      : []),
  ];
}
