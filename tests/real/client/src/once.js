/**
 * Logs in to the store once. Reads from standard input, as JSON, the username and password to use instead of the pod's own, and a
 * word to `write`, or one to `read`. Prints the result, as JSON.
 */
import { text } from "node:stream/consumers";

const { username, password, write, read } = JSON.parse(await text(process.stdin));
if (username !== undefined) process.env.STORE_USERNAME = username;
if (password !== undefined) process.env.STORE_PASSWORD = password;
// It reads the environment when it is loaded.
const { connect, isRefusal, within } = await import("./stores.js");

async function once() {
  const store = await connect();
  try {
    if (write !== undefined) await within(store.write(write));
    return { accepted: true, ...(read === undefined ? {} : { found: await within(store.has(read)) }) };
  } finally {
    await store.close();
  }
}
const result = await once().catch((error) => ({
  accepted: false,
  refused: isRefusal(error),
  error: error.code ?? error.message,
}));
process.stdout.write(`${JSON.stringify(result)}\n`);
