/**
 * What clients do with each kind of store: one operation, to write a word, and to look for one. `connect` returns them with a way to
 * close the connection.
 */
const HOST = process.env.STORE_HOST;
const PORT = Number(process.env.STORE_PORT);
const USERNAME = process.env.STORE_USERNAME;
const PASSWORD = process.env.STORE_PASSWORD;
const DATABASE = process.env.STORE_DATABASE;

/** Milliseconds after which a connection or an operation has failed. */
const TIMEOUT = 5000;

async function redis() {
  const { createClient } = await import("redis");
  const client = createClient({
    password: PASSWORD,
    disableOfflineQueue: true,
    socket: { host: HOST, port: PORT, connectTimeout: TIMEOUT, reconnectStrategy: false },
  });
  client.on("error", () => {});
  await client.connect();
  return {
    operate: () => client.incr("operations"),
    write: (word) => client.set(`kept:${word}`, word),
    has: async (word) => (await client.get(`kept:${word}`)) === word,
    close: () => client.destroy(),
  };
}

async function mysql() {
  const { createConnection } = await import("mysql2/promise");
  const options = { host: HOST, port: PORT, user: USERNAME, password: PASSWORD, database: DATABASE };
  const connection = await createConnection({ ...options, connectTimeout: TIMEOUT });
  connection.on("error", () => {});
  await connection.query("CREATE TABLE IF NOT EXISTS operations (at BIGINT)");
  return {
    operate: () =>
      connection.query({ sql: "INSERT INTO operations VALUES (?)", timeout: TIMEOUT }, [Date.now()]),
    write: async (word) => {
      await connection.query("CREATE TABLE IF NOT EXISTS kept (word VARCHAR(100))");
      await connection.query("INSERT INTO kept VALUES (?)", [word]);
    },
    has: async (word) =>
      (await connection.query("SELECT word FROM kept WHERE word = ?", [word]))[0].length > 0,
    close: () => connection.destroy(),
  };
}

async function rabbitmq() {
  const { connect } = await import("amqplib");
  const url = `amqp://${encodeURIComponent(USERNAME)}:${encodeURIComponent(PASSWORD)}@${HOST}:${PORT}`;
  const connection = await connect(url, { timeout: TIMEOUT });
  connection.on("error", () => {});
  const channel = await connection.createConfirmChannel();
  channel.on("error", () => {});
  await channel.assertQueue("operations", { durable: true, arguments: { "x-max-length": 1000 } });
  const kept = () => channel.assertQueue("kept", { durable: true });
  return {
    operate: async () => {
      channel.sendToQueue("operations", Buffer.from("operation"), { persistent: true });
      await channel.waitForConfirms();
    },
    write: async (word) => {
      await kept();
      channel.sendToQueue("kept", Buffer.from(word), { persistent: true });
      await channel.waitForConfirms();
    },
    has: async (word) => {
      await kept();
      // Not acknowledged: they return to the queue when the connection closes.
      for (;;) {
        const message = await channel.get("kept");
        if (message === false) return false;
        if (message.content.toString() === word) return true;
      }
    },
    close: () => connection.close().catch(() => {}),
  };
}

const KINDS = { redis, mysql, rabbitmq };

/** Whether a store has refused the username or password. */
export const isRefusal = ({ code, message }) =>
  /WRONGPASS|ER_ACCESS_DENIED_ERROR|ACCESS.REFUSED/.test(`${code} ${message}`);

/** Fails after the time limit. */
export async function within(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${TIMEOUT} ms`)), TIMEOUT);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export const connect = () => within(KINDS[process.env.STORE_KIND]());
