// @ts-check
/** Turns errors into answers. Problems, and what is wrong with a request, are reported to the client. */
import { described, Problem } from "../problem.js";
import { errorPage } from "./page.js";

/** @param {import("fastify").FastifyInstance} app */
export function addErrors(app) {
  app.setErrorHandler((error, request, reply) => {
    const { statusCode = 500, message } = /** @type {Error & { statusCode?: number }} */ (error);
    const isReported = error instanceof Problem || statusCode < 500;
    if (!isReported) request.log.error(error);
    else if (statusCode >= 500) request.log.error({ problem: described(error) }, "failed");
    const text = isReported ? message : "something went wrong; the log has the details";
    // The same request may work in a moment.
    if (statusCode === 503 || statusCode === 409) reply.header("retry-after", "1");
    return answer(request, reply.code(statusCode), text);
  });

  app.setNotFoundHandler((request, reply) => answer(request, reply.code(404), "there is nothing here"));
}

/**
 * Sends a problem as a page to browsers, and as JSON to others.
 *
 * @param {import("fastify").FastifyRequest} request
 * @param {import("fastify").FastifyReply} reply
 * @param {string} message
 */
export function answer(request, reply, message) {
  return wantsPage(request)
    ? reply.headers(PAGE_HEADERS).send(errorPage(message))
    : reply.send({ error: message, requestId: request.id });
}

/** @param {import("fastify").FastifyRequest} request */
export const wantsPage = ({ headers }) => headers.accept?.includes("text/html") === true;

/** Headers of every page: nothing from elsewhere, no script, not in a frame. */
export const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};
