/** What the user is told through the engine, which names its address as the first argument. */
import * as grpc from "@grpc/grpc-js";
import * as engineServices from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as engineMessages from "@pulumi/pulumi/proto/engine_pb";
import type { Call } from "./provider";

const { INFO, WARNING } = engineMessages.LogSeverity;
let engine: engineServices.EngineClient | undefined;

/** Tells the user something through the engine, of a resource or in general. */
function tell(
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
  // The message is a courtesy: an engine that does not take it must not stop the update.
  engine.log(request, () => {});
}

/** Warns the user of something that is about no resource. */
export const warn = (message: string): void => tell(WARNING, message);

/** What a provider gets for one resource. */
export const callOf = (urn: string): Call => ({
  urn,
  warn: (message) => tell(WARNING, message, { urn }),
  status: (message) => tell(INFO, message, { urn, ephemeral: true }),
});
