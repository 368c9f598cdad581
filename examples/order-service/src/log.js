// @ts-check
/** The log: one JSON object per line on standard output. */
import pino from "pino";

/** Returns the logger. It never logs headers or bodies. These paths also cover fields that are added later. */
export const createLog = (
  /** @type {string} */ level,
  /** @type {pino.DestinationStream} */ destination = pino.destination(1),
) =>
  pino(
    {
      level,
      base: { service: "order-service" },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: ["*.authorization", "*.cookie", "*.password", "*.headers.authorization", "*.headers.cookie"],
    },
    destination,
  );
