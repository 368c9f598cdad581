// @ts-check
/** What Kubernetes asks: whether the program is alive, and whether it can serve requests. */
import { within } from "../wait.js";

/**
 * Checks everything that requests need. Answers are kept for a moment, so that many probes do not become many queries.
 *
 * @param {Record<string, () => Promise<unknown>>} checks By name.
 * @param {object} [limits]
 * @param {number} [limits.timeoutMs] Less than the timeout of the probe.
 * @param {number} [limits.keptMs]
 */
export function createReadiness(checks, { timeoutMs = 2000, keptMs = 1000 } = {}) {
  /** @type {Promise<string[]> | undefined} */
  let kept;
  let keptUntil = 0;

  /** @returns {Promise<string[]>} The names of what fails. */
  return function failing() {
    if (kept === undefined || Date.now() >= keptUntil) {
      keptUntil = Date.now() + keptMs;
      kept = check();
    }
    return kept;
  };

  async function check() {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, run]) => {
        try {
          await within(timeoutMs, run());
          return [];
        } catch {
          return [name];
        }
      }),
    );
    return results.flat();
  }
}

/**
 * @param {import("fastify").FastifyInstance} app
 * @param {object} needs
 * @param {() => Promise<string[]>} needs.failing
 * @param {() => boolean} needs.isDraining
 */
export function addHealth(app, { failing, isDraining }) {
  const config = { isInternal: true };

  // Without dependencies: a restart of this program repairs neither the database nor redis.
  app.get("/health/live", { config }, async () => ({ status: "alive" }));

  app.get("/health/ready", { config }, async (_, reply) => {
    if (isDraining()) return reply.code(503).send({ status: "shutting down" });
    const names = await failing();
    if (names.length > 0) return reply.code(503).send({ status: "not ready", failing: names });
    return { status: "ready" };
  });
}
