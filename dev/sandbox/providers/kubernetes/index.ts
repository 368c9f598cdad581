/** Stand-in for the official kubernetes plugin: supports any object, and Helm releases. Needs kubectl and helm on PATH. */

import { standInVersion } from "../../../../cli/tools/provider-versions/sdk-version";
import type { Properties } from "../protocol/property";
import type { Call } from "../protocol/provider";
import { serve } from "../protocol/server";
import { diffConfiguration } from "./configuration";
import { type Connection, connectionOf } from "./connection";
import {
  checkObject,
  createObject,
  deleteObject,
  idOf,
  importObject,
  readObject,
  updateObject,
} from "./object";
import {
  checkRelease,
  createRelease,
  deleteRelease,
  diffRelease,
  importRelease,
  previewState,
  readRelease,
  releaseId,
  updateRelease,
} from "./release";
import { diffObject } from "./replacement";
import { cancelAll } from "./run";
import { errorWhenUnreachable, type Operation, Reach, Unreachable } from "./unreachable";

const RELEASE = "kubernetes:helm.sh/v3:Release";

let connection: Connection = connectionOf({});
let reach = new Reach();

/** Runs work on the cluster. Returns undefined if the cluster is unreachable and the resource is removed from the state. */
async function onCluster<T>(
  operation: Operation,
  type: string,
  { warn }: Call,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    if (connection.unusable !== undefined) throw new Unreachable(connection.unusable);
    return await reach.to(work);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    const isRelease = type === RELEASE;
    if (operation === "read" || (operation === "delete" && !isRelease))
      warn(`configured Kubernetes cluster is unreachable: ${error.message}`);
    const message = errorWhenUnreachable(operation, isRelease, error.message, connection.deleteUnreachable);
    if (message !== undefined) throw new Error(message);
    warn("the `deleteUnreachable` option is enabled. Deleting the unreachable resource from Pulumi state");
    return undefined;
  }
}

serve({
  name: "kubernetes",
  version: standInVersion("kubernetes"),

  diffConfig: diffConfiguration,

  configure(inputs: Properties) {
    connection = connectionOf(inputs);
    reach = new Reach();
  },

  async check(type, name, olds, news) {
    if (type === RELEASE) return checkRelease(connection, name, olds, news);
    return { inputs: checkObject(connection, name, olds, news) };
  },

  diff(type, oldInputs, news) {
    return type === RELEASE ? diffRelease(oldInputs, news) : diffObject(connection, oldInputs, news);
  },

  async create(type, news, preview, call) {
    if (preview) return { id: "", state: type === RELEASE ? previewState(news) : news };
    const state = await onCluster("create", type, call, () =>
      type === RELEASE ? createRelease(connection, news, call) : createObject(connection, news, call),
    );
    return { id: type === RELEASE ? releaseId(news) : idOf(news), state: state as Properties };
  },

  async update(type, _id, state, news, preview, call) {
    if (preview) return type === RELEASE ? previewState(news) : news;
    const updated = await onCluster("update", type, call, () =>
      type === RELEASE ? updateRelease(connection, state, news) : updateObject(connection, state, news, call),
    );
    return updated as Properties;
  },

  read(type, id, state, call) {
    const isKnown = Object.keys(state).length > 0;
    return onCluster("read", type, call, () => {
      if (type === RELEASE) return isKnown ? readRelease(connection, state) : importRelease(connection, id);
      return isKnown ? readObject(connection, state) : importObject(connection, type, id);
    });
  },

  async delete(type, _id, state, call) {
    await onCluster("delete", type, call, () =>
      type === RELEASE ? deleteRelease(connection, state, call) : deleteObject(connection, state, call),
    );
  },

  cancel: cancelAll,
});
