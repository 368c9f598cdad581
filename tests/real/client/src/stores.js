/** One operation that writes and reads, for each kind of store. `connect` returns it with a way to close the connection. */
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
  return { operate: () => client.incr("operations"), close: () => client.destroy() };
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
  return {
    operate: async () => {
      channel.sendToQueue("operations", Buffer.from("operation"), { persistent: true });
      await channel.waitForConfirms();
    },
    close: () => connection.close().catch(() => {}),
  };
}

const KINDS = { redis, mysql, rabbitmq };

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
