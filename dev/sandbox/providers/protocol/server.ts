/**
 * Serves the provider protocol over gRPC. The SDK's own `@pulumi/pulumi/provider` passes no configuration to a provider,
 * so the generated classes are used directly.
 */
import * as grpc from "@grpc/grpc-js";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import * as services from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { checkResponse, configResponse, diffResponse, toStatus } from "./answers";
import { callOf, warn } from "./engine-log";
import type { Properties } from "./property";
import type { Provider } from "./provider";

/** Starts the server on a free loopback port and reports the port to the engine. */
export function serve(provider: Provider): void {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": 400 * 1024 * 1024,
    "grpc.max_send_message_length": 400 * 1024 * 1024,
  });
  server.addService(
    services.ResourceProviderService as unknown as grpc.ServiceDefinition,
    handlersOf(provider) as unknown as grpc.UntypedServiceImplementation,
  );
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.stdout.write(`${port}\n`);
  });
  endWithEngine();
}

/** Number of requests in progress. */
let inProgress = 0;

/** Exits when the engine is gone. If it was killed, requests in progress are completed first, as in the official plugins. */
function endWithEngine(): void {
  // The engine's normal way to stop a provider. Without a handler the process would exit without its cleanup.
  process.on("SIGINT", () => process.exit(130));
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid !== engine && inProgress === 0) process.exit();
  }, 2000).unref();
}

function handlersOf(provider: Provider) {
  return {
    getPluginInfo: unary(async () => {
      const info = new plugin.PluginInfo();
      info.setVersion(provider.version);
      return info;
    }),
    checkConfig: unary(async (request: messages.CheckRequest) =>
      checkResponse({ inputs: properties(request.getNews()) }),
    ),
    diffConfig: unary(async (request: messages.DiffRequest) => {
      const { diffConfig } = provider;
      if (!diffConfig) return new messages.DiffResponse();
      return configResponse(diffConfig(properties(request.getOlds()), properties(request.getNews())));
    }),
    configure: unary(async (request: messages.ConfigureRequest) => {
      await provider.configure?.(properties(request.getArgs()));
      warn(`using a stand-in for the official Pulumi ${provider.name} plugin; only for the sandbox`);
      const response = new messages.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      return response;
    }),
    check: unary(async (request: messages.CheckRequest) => {
      const urn = request.getUrn();
      return checkResponse(
        await provider.check(
          typeOf(urn),
          resourceName(urn),
          properties(request.getOlds()),
          properties(request.getNews()),
        ),
      );
    }),
    diff: unary(async (request: messages.DiffRequest) => {
      const oldInputs = properties(request.getOldInputs());
      return diffResponse(provider.diff(typeOf(request.getUrn()), oldInputs, properties(request.getNews())));
    }),
    create: unary(async (request: messages.CreateRequest) => {
      const { id, state } = await provider.create(
        typeOf(request.getUrn()),
        properties(request.getProperties()),
        request.getPreview(),
        callOf(request.getUrn()),
      );
      const response = new messages.CreateResponse();
      response.setId(id);
      response.setProperties(Struct.fromJavaScript(state));
      return response;
    }),
    read: unary(async (request: messages.ReadRequest) => {
      const found = await provider.read(
        typeOf(request.getUrn()),
        request.getId(),
        properties(request.getProperties()),
        callOf(request.getUrn()),
      );
      const response = new messages.ReadResponse();
      if (!found) return response;
      response.setId(request.getId());
      response.setProperties(Struct.fromJavaScript(found.state));
      response.setInputs(found.inputs ? Struct.fromJavaScript(found.inputs) : request.getInputs());
      return response;
    }),
    update: unary(async (request: messages.UpdateRequest) => {
      const state = await provider.update(
        typeOf(request.getUrn()),
        request.getId(),
        properties(request.getOlds()),
        properties(request.getNews()),
        request.getPreview(),
        callOf(request.getUrn()),
      );
      const response = new messages.UpdateResponse();
      response.setProperties(Struct.fromJavaScript(state));
      return response;
    }),
    delete: unary(async (request: messages.DeleteRequest) => {
      const urn = request.getUrn();
      await provider.delete(typeOf(urn), request.getId(), properties(request.getProperties()), callOf(urn));
      return new Empty();
    }),
    cancel: unary(async () => {
      provider.cancel?.();
      return new Empty();
    }),
  };
}

type Callback = (error: grpc.ServiceError | Partial<grpc.StatusObject> | null, response?: unknown) => void;

function unary<Request>(handle: (request: Request) => Promise<unknown>) {
  return (call: { request: Request }, callback: Callback) => {
    inProgress++;
    handle(call.request)
      .finally(() => inProgress--)
      .then(
        (response) => callback(null, response),
        (error: Error) => callback(toStatus(error)),
      );
  };
}

function properties(struct: Struct | undefined): Properties {
  return (struct?.toJavaScript() ?? {}) as Properties;
}

/** `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>` */
function typeOf(urn: string): string {
  return (urn.split("::")[2] as string).split("$").at(-1) as string;
}

/** Returns the name of the resource, which may contain the separator. */
function resourceName(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
