// @ts-check
/** The entry point: `node src/index.js`. */
import { readConfiguration } from "./configuration/environment.js";
import { createLog } from "./log.js";
import { createService } from "./service.js";
import { endOnSignals } from "./shutdown.js";

/** The exit code for a wrong configuration, EX_CONFIG of sysexits.h: a restart does not help. */
const WRONG_CONFIGURATION = 78;

const result = readConfiguration(process.env);
if ("problems" in result) {
  for (const problem of result.problems) process.stderr.write(`order-service: ${problem}\n`);
  process.exit(WRONG_CONFIGURATION);
}
const { configuration } = result;
const log = createLog(configuration.logLevel);
const fail = (/** @type {unknown} */ error) => {
  log.fatal(error);
  process.exit(1);
};
// As an object of the log. Without these handlers, Node.js would end the program with several lines of text.
process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);

const service = createService(configuration, log);
endOnSignals({
  signals: process,
  exit: process.exit,
  limitMs: configuration.shutdownSeconds * 1000,
  log,
  end: service.end,
});
const { environment, port, settings } = configuration;
await service.start();
log.info({ environment, port, settings, node: process.version }, "started");
