/** The schema of a route from outside the cluster. */
import { z } from "zod";
import { annotations, bytes, count, dnsLabel, headerName, publicHost, urlPath } from "../formats";
import { CORS_METHODS } from "../public";

const origin = z
  .string()
  .max(253)
  .regex(
    /^(\*|https?:\/\/(\*|(\*\.)?([a-zA-Z0-9-]+\.)*[a-zA-Z0-9-]+)(:[0-9]{1,5})?)$/,
    "must be an origin, such as https://shop.example.com or https://*.example.com, or *",
  );

/** A list whose entry `*` stands alone. */
const alone = <T extends string>(schema: z.ZodType<T, T>) =>
  z
    .array(schema)
    .min(1)
    .max(64)
    .refine(
      (list) => list.length === 1 || !(list as readonly string[]).includes("*"),
      "must have no other entries beside *",
    );

const anyHeader = z.union([z.literal("*"), headerName], { error: "must be the name of a header, or *" });

const cors = z
  .strictObject({
    origins: alone(origin),
    methods: alone(z.enum(CORS_METHODS)).optional(),
    headers: alone(anyHeader).optional(),
    exposeHeaders: z.array(headerName).max(64).optional(),
    credentials: z.boolean().optional(),
    maxAgeSeconds: count.optional(),
  })
  .refine(({ credentials, origins }) => !credentials || !origins.includes("*"), {
    path: ["origins"],
    message: "must name the origins, because requests with `credentials` are not for every site",
  });

const redirect = z
  .strictObject({
    scheme: z.enum(["http", "https"]).optional(),
    host: publicHost.optional(),
    path: urlPath.optional(),
    permanent: z.boolean().optional(),
  })
  .refine(
    ({ scheme, host, path: to }) => scheme !== undefined || host !== undefined || to !== undefined,
    "must have a scheme, a host or a path to redirect to",
  );

const grpcName = (what: string) =>
  z
    .string()
    .max(1024)
    .regex(/^[A-Za-z_][A-Za-z_0-9]*(\.[A-Za-z_][A-Za-z_0-9]*)*$/, `must be the name of a ${what}`);

/** Returns the schema of a route. `port` is that of a port of the service. */
export const routeOf = <T extends z.ZodType>(port: T) =>
  z.strictObject({
    port,
    host: dnsLabel.optional(),
    path: urlPath.optional(),
    match: z.enum(["prefix", "exact"]).optional(),
    grpc: z
      .strictObject({
        service: grpcName("gRPC service with its package, such as shop.v1.Cart"),
        method: grpcName("gRPC method").optional(),
      })
      .optional(),
    rewrite: urlPath.optional(),
    redirect: redirect.optional(),
    timeoutSeconds: z.int().min(1).max(86_400).optional(),
    maxBody: bytes.optional(),
    cors: cors.optional(),
    rateLimit: z
      .strictObject({ requestsPerSecond: count.optional(), connections: count.optional() })
      .optional(),
    annotations: annotations.optional(),
  });
