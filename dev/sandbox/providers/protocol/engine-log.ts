/** Messages to the user through the engine, whose address is the first argument. */
import * as grpc from "@grpc/grpc-js";
import * as engineServices from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as engineMessages from "@pulumi/pulumi/proto/engine_pb";
import type { Call } from "./provider";

const { INFO, WARNING } = engineMessages.LogSeverity;
let engine: engineServices.EngineClient | undefined;

/** Sends the user a message about a resource, or in general. */
function log(
  severity: engineMessages.LogSeverity,
  message: string,
  { urn = "", ephemeral = false }: { urn?: string; ephemeral?: boolean } = {},
): void {
  const address = process.argv[2];
  if (address === undefined) return;
  engine ??= new engineServices.EngineClient(address, grpc.credentials.createInsecure());
  const request = new engineMessages.LogRequest();
  request.setSeverity(severity);
  request.setMessage(message);
  request.setUrn(urn);
  request.setEphemeral(ephemeral);
  // Best effort: an engine that does not accept the message must not stop the update.
  engine.log(request, () => {});
}

/** Sends a warning that is not about a resource. */
export const warn = (message: string): void => log(WARNING, message);

/** Returns the call of a provider for one resource. */
export const callOf = (urn: string): Call => ({
  urn,
  warn: (message) => log(WARNING, message, { urn }),
  status: (message) => log(INFO, message, { urn, ephemeral: true }),
});
