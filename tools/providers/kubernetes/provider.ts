/** Stand-in for the official kubernetes plugin: any object, and Helm releases. Needs kubectl and helm on PATH. */
import type { Properties } from "../protocol/property";
import { serve } from "../protocol/server";
import { type Connection, connectionOf } from "./connection";
import {
  checkObject,
  createObject,
  deleteObject,
  diffObject,
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
import { cancelAll } from "./run";

const RELEASE = "kubernetes:helm.sh/v3:Release";

let connection: Connection = connectionOf({});

serve({
  name: "kubernetes",
  version: "4.34.2",

  configure(inputs: Properties) {
    connection = connectionOf(inputs);
  },

  async check(type, name, olds, news) {
    if (type === RELEASE) return checkRelease(connection, name, olds, news);
    return { inputs: checkObject(connection, name, olds, news) };
  },

  diff(type, oldInputs, news) {
    return type === RELEASE ? diffRelease(oldInputs, news) : diffObject(connection, oldInputs, news);
  },

  async create(type, news, preview) {
    if (preview) return { id: "", state: type === RELEASE ? previewState(news) : news };
    if (type === RELEASE) return { id: releaseId(news), state: await createRelease(connection, news) };
    return { id: idOf(news), state: await createObject(connection, news) };
  },

  async update(type, _id, _state, news, preview) {
    if (preview) return type === RELEASE ? previewState(news) : news;
    return type === RELEASE ? updateRelease(connection, news) : updateObject(connection, news);
  },

  async read(type, id, state) {
    const isKnown = Object.keys(state).length > 0;
    if (type === RELEASE) return isKnown ? readRelease(connection, state) : importRelease(connection, id);
    return isKnown ? readObject(connection, state) : importObject(connection, type, id);
  },

  async delete(type, _id, state) {
    await (type === RELEASE ? deleteRelease(connection, state) : deleteObject(connection, state));
  },

  cancel: cancelAll,
});
