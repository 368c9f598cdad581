/**
 * Serves the provider protocol over gRPC. The SDK's own `@pulumi/pulumi/provider` hands a provider no configuration,
 * so the generated classes are used directly.
 */
import * as grpc from "@grpc/grpc-js";
import * as engineServices from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as engineMessages from "@pulumi/pulumi/proto/engine_pb";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import * as services from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Change } from "./difference";
import type { Properties } from "./property";

/** What a provider does for one resource. Types are Pulumi's tokens. */
export interface Provider {
  /** Name of the plugin it stands in for. */
  name: string;
  version: string;
  /** Compares the provider's own inputs, before they are handed to `configure`. */
  diffConfig?(olds: Properties, news: Properties): ConfigDifference;
  /** Called once with the provider's own inputs. */
  configure?(inputs: Properties): void | Promise<void>;
  check(type: string, name: string, olds: Properties, news: Properties): Promise<Checked>;
  diff(type: string, oldInputs: Properties, news: Properties): Difference;
  create(
    type: string,
    news: Properties,
    preview: boolean,
    call: Call,
  ): Promise<{ id: string; state: Properties }>;
  update(
    type: string,
    id: string,
    state: Properties,
    news: Properties,
    preview: boolean,
    call: Call,
  ): Promise<Properties>;
  /** Undefined when the resource is gone. Of one that no state knows (an import) the inputs are found as well. */
  read(type: string, id: string, state: Properties, call: Call): Promise<Found | undefined>;
  delete(type: string, id: string, state: Properties, call: Call): Promise<void>;
  /** The user pressed Ctrl-C. */
  cancel?(): void;
}

/** Of one resource: what it is called, and how the user is told of it. */
export interface Call {
  urn: string;
  warn(message: string): void;
  /** Shown beside the resource until the next one comes. */
  status(message: string): void;
}

export interface Found {
  state: Properties;
  /** Default: those that are known. */
  inputs?: Properties;
}

export interface Checked {
  inputs: Properties;
  failures?: { property: string; reason: string }[];
}

export interface Difference {
  changes: Record<string, Change>;
  /** Paths whose change takes a new resource. */
  replaces: string[];
  /** Whether the old one must be gone before there is a new one. */
  deleteBeforeReplace?: boolean;
}

/** Of a provider's own inputs, by their names. */
export interface ConfigDifference {
  changed: string[];
  /** Those whose change takes another provider, and all of its resources with it. */
  replaces: string[];
}

/** The resource exists but is not what was asked for: the engine keeps it, marked as failed, and tries again. */
export class InitializationError extends Error {
  constructor(
    message: string,
    readonly id: string,
    readonly state: Properties,
  ) {
    super(message);
  }
}

/** Starts the server on a free loopback port and tells the engine which. */
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

/** Requests that are worked on. */
let underWay = 0;

/** An engine that was killed says no good-bye: what is under way is brought to its end, as by the official plugins. */
function endWithEngine(): void {
  // The engine's own good-bye. Without a handler the process would end before it puts away what it has written.
  process.on("SIGINT", () => process.exit(130));
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid !== engine && underWay === 0) process.exit();
  }, 2000).unref();
}

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

const callOf = (urn: string): Call => ({
  urn,
  warn: (message) => tell(WARNING, message, { urn }),
  status: (message) => tell(INFO, message, { urn, ephemeral: true }),
});

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
      tell(
        WARNING,
        `a stand-in for the official Pulumi ${provider.name} plugin is in use: good for the embedded cluster only`,
      );
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
          nameOf(urn),
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
    underWay++;
    handle(call.request)
      .finally(() => underWay--)
      .then(
        (response) => callback(null, response),
        (error: Error) => callback(toStatus(error)),
      );
  };
}

function toStatus(error: Error): Partial<grpc.StatusObject> {
  const metadata = new grpc.Metadata();
  if (error instanceof InitializationError) {
    const detail = new messages.ErrorResourceInitFailed();
    detail.setId(error.id);
    detail.setProperties(Struct.fromJavaScript(error.state));
    detail.setReasonsList([error.message]);
    const any = new Any();
    any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new Status();
    status.setCode(grpc.status.UNKNOWN);
    status.setMessage(error.message);
    status.addDetails(any);
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  }
  return { code: grpc.status.UNKNOWN, details: error.message, metadata };
}

function checkResponse({ inputs, failures = [] }: Checked): messages.CheckResponse {
  const response = new messages.CheckResponse();
  response.setInputs(Struct.fromJavaScript(inputs));
  for (const { property, reason } of failures) {
    const failure = new messages.CheckFailure();
    failure.setProperty(property);
    failure.setReason(reason);
    response.addFailures(failure);
  }
  return response;
}

function configResponse({ changed, replaces }: ConfigDifference): messages.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  const response = new messages.DiffResponse();
  response.setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME);
  response.setDiffsList(changed);
  response.setReplacesList(replaces);
  return response;
}

function diffResponse({ changes, replaces, deleteBeforeReplace }: Difference): messages.DiffResponse {
  const { PropertyDiff, DiffResponse } = messages;
  const kinds = {
    add: [PropertyDiff.Kind.ADD, PropertyDiff.Kind.ADD_REPLACE],
    delete: [PropertyDiff.Kind.DELETE, PropertyDiff.Kind.DELETE_REPLACE],
    update: [PropertyDiff.Kind.UPDATE, PropertyDiff.Kind.UPDATE_REPLACE],
  } as const;
  const response = new DiffResponse();
  const paths = Object.keys(changes);
  response.setChanges(
    paths.length === 0 ? DiffResponse.DiffChanges.DIFF_NONE : DiffResponse.DiffChanges.DIFF_SOME,
  );
  response.setDiffsList([...new Set(paths.map((path) => path.split(/[.[]/)[0] as string))]);
  response.setReplacesList(replaces);
  response.setDeletebeforereplace(deleteBeforeReplace === true);
  for (const [path, change] of Object.entries(changes)) {
    const detail = new PropertyDiff();
    detail.setKind(kinds[change][replaces.includes(path) ? 1 : 0]);
    detail.setInputdiff(true);
    response.getDetaileddiffMap().set(path, detail);
  }
  response.setHasdetaileddiff(paths.length > 0);
  return response;
}

function properties(struct: Struct | undefined): Properties {
  return (struct?.toJavaScript() ?? {}) as Properties;
}

/** `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>` */
function typeOf(urn: string): string {
  return (urn.split("::")[2] as string).split("$").at(-1) as string;
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
