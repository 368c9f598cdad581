/** Plans what the pods of a service or task contain beside their program: files, volumes and additional containers. */
import type { ContainerSettings } from "../../config/schema";
import type { Program } from "../../model/task";
import type { AppContext } from "../context";
import type { SecretPlan } from "../plan";
import { containerValues } from "./containers";
import { filesOf } from "./files";
import type { MicroserviceValues } from "./microservice-values";
import { mountValues } from "./volumes";

type Contents = Pick<MicroserviceValues, "config" | "sidecars" | "initContainers" | "volumes" | "mounts">;

/** Returns the values for files, volumes and additional containers. `secrets` are those of the pods' variables and files. */
export function contentsOf(
  context: AppContext,
  program: Program,
  settings: Record<string, ContainerSettings> | undefined,
  secrets: { env: Record<string, SecretPlan>; files: Record<string, SecretPlan> },
): Contents {
  const volumes = mountValues(program);
  const files = filesOf(context, program, secrets.files);
  const mounts = { volumes: volumes.mounts, files: files.mounts };
  const containers = containerValues(context, { program, settings, secrets: secrets.env, mounts });
  return {
    config: files.config,
    ...containers,
    volumes: { ...volumes.volumes, ...files.volumes, ...containers.volumes },
    mounts: { ...volumes.mounts, ...files.mounts },
  };
}
