/** Plans one service or store for its component, as an application with only this part and its neighbors. */
import * as pulumi from "@pulumi/pulumi";
import { configInCode, readInCode, type SettingsInCode } from "../src/config/from-code";
import type { StackConfig, StackSettings } from "../src/config/settings";
import type { Service } from "../src/model/application";
import type { Problem } from "../src/model/problems";
import { compact } from "../src/model/records";
import type { WrittenApplication, WrittenExternal, WrittenService, WrittenStore } from "../src/model/written";

/** The arguments that the components of one service and of one store share. */
export interface PartArgs {
  /** Application of the component: the label `app.kubernetes.io/part-of` of its objects. A DNS label, at most 40 characters. */
  application: string;
  /** Namespace to install into. It must exist. */
  namespace: string;
  /** The settings: the keys of a stack file, without the prefix `flotilla:`. Keys for other parts have no effect. */
  settings: Omit<SettingsInCode, "namespace" | "registries">;
}

/** A part and the services, stores and externals that it is connected to. */
export interface Surrounding {
  /** The services, by name. */
  services: Record<string, WrittenService>;
  /** The stores, by name. */
  stores: Record<string, WrittenStore>;
  /**
   * The externals, by name.
   * @default none
   */
  externals?: Record<string, WrittenExternal>;
}

/** Reads the settings and the inventory of a part. `where` names the part in messages. @throws FlotillaError with every problem. */
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

/** Describes another service, with only what network policies and host names need. */
export const neighbor = ({ ports, uses }: Pick<Service, "ports" | "uses">): Service => ({
  language: "node",
  image: { repository: "neighbor", tag: "described-by-its-own-component" },
  noProbe: "Its own component describes how it is probed.",
  ...compact({ ports, uses }),
});

/** The properties of another part's component that its neighbors read. */
interface Neighbor {
  name: string;
  args: PartArgs & { clients?: readonly string[] };
}

/** Reports components that a service uses with another name, in another namespace, or without being one of their clients. */
export const neighborProblems = (
  service: string,
  { namespace }: PartArgs,
  argument: "stores" | "services",
  neighbors: Readonly<Record<string, Neighbor>>,
): Problem[] =>
  Object.entries(neighbors).flatMap(([key, { name, args }]) => {
    const where = `arguments of Microservice "${service}": ${argument}.${key}`;
    const component = `${argument === "stores" ? "Store" : "Microservice"} "${name}"`;
    const problem = (what: string, todo: string): Problem => ({ where, what, todo });
    return [
      ...(key === name
        ? []
        : [problem(`the key is not the name of ${component}`, `Write ${argument}: { "${name}": ... }.`)]),
      ...(args.namespace === namespace
        ? []
        : [
            problem(
              `${component} is in namespace ${args.namespace}, but the service is in ${namespace}`,
              "Deploy both to one namespace, or declare it as an external.",
            ),
          ]),
      ...(args.clients?.includes(service)
        ? []
        : [
            problem(
              `the network policy of ${component} denies connections from ${service}`,
              `Add "${service}" to its clients.`,
            ),
          ]),
    ];
  });

/** Describes the services that use a service or store, by name. */
export const clientsOf = (names: readonly string[], of: string): Record<string, Service> =>
  Object.fromEntries(names.map((name) => [name, neighbor({ uses: [of] })]));
