/** One service or store by itself: planned as an application that has nothing else but what it is connected to. */
import * as pulumi from "@pulumi/pulumi";
import { configInCode, readInCode, type SettingsInCode } from "../src/config/from-code";
import type { StackConfig, StackSettings } from "../src/config/settings";
import type { Service } from "../src/model/application";
import { compact } from "../src/model/records";
import type { WrittenApplication, WrittenExternal, WrittenService, WrittenStore } from "../src/model/written";

/** What a component of one service or store says of where it is. */
export interface PartArgs {
  /** The application it belongs to: the label `app.kubernetes.io/part-of` of its objects. A DNS label of at most 20 characters. */
  application: string;
  /** The namespace to install into; it must exist. */
  namespace: string;
  /** How it is deployed: the keys of a stack file, without their prefix. Those about other things have no effect. */
  settings: Omit<SettingsInCode, "namespace" | "registries">;
}

/** What it is connected to. */
export interface Surrounding {
  services: Record<string, WrittenService>;
  stores: Record<string, WrittenStore>;
  externals?: Record<string, WrittenExternal>;
}

/** Settings and inventory of a part. @throws FlotillaError with what is wrong with them. */
export function readPart(
  where: string,
  { application, namespace, settings }: PartArgs,
  surrounding: Surrounding,
  credentials: readonly string[] = [],
): { config: StackConfig; read: StackSettings } {
  const inventory: WrittenApplication = { name: application, description: where, ...surrounding };
  const config = configInCode(where, pulumi.getStack(), application, { ...settings, namespace }, credentials);
  return { config, read: readInCode(config, inventory) };
}

/** Another service, as far as network policies and host names need it. */
export const neighbor = ({ ports, uses }: Pick<Service, "ports" | "uses">): Service => ({
  language: "node",
  image: { repository: "neighbor", tag: "described-by-its-own-component" },
  noProbe: "Its own component describes how it is probed.",
  ...compact({ ports, uses }),
});

/** Services that use one, by name. */
export const clientsOf = (names: readonly string[], of: string): Record<string, Service> =>
  Object.fromEntries(names.map((name) => [name, neighbor({ uses: [of] })]));
