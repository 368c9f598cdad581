// @ts-check
/** Reads the page's form as the JSON that other clients send. */

/** @param {import("fastify").FastifyInstance} app */
export function addForm(app) {
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    async (/** @type {import("fastify").FastifyRequest} */ request, /** @type {string} */ body) => {
      const fields = new URLSearchParams(body);
      // What other clients send as a header.
      request.headers["idempotency-key"] ??= fields.get("key") ?? undefined;
      const [quantity, unitPrice] = ["quantity", "unitPrice"].map((name) =>
        Number(fields.get(name) || Number.NaN),
      );
      return { items: [{ sku: fields.get("sku"), quantity, unitPrice }] };
    },
  );
}

/**
 * Whether a request comes from the page's form.
 *
 * @param {import("fastify").FastifyRequest} request
 */
export const isForm = ({ headers }) =>
  headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
