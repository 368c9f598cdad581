import { own } from "../model/graph";
import { compact } from "../model/records";
import type { AppContext } from "./context";
import { hasSecret, storeSecretName } from "./credentials";
import { isStandIn } from "./environment";
import { addressOf } from "./hosts";
import type { Plan, PlanOutputs } from "./plan";
import { publicEntries } from "./services/exposure";
import { imageOf } from "./services/microservice";

/** Returns the outputs of a stack: the addresses of services and stores. */
export function outputsOf(context: AppContext): PlanOutputs {
  const { application, settings } = context;
  const entries = publicEntries(application, settings);
  const services = Object.entries(application.services).map(([name, service]) => {
    const { repository, tag } = imageOf(service, settings, name);
    const entry = own(entries, name);
    const urls = (entry ? [entry, ...(entry.others ?? [])] : []).flatMap((each) => each.url ?? []);
    const [port] = Object.values(service.ports ?? {});
    // gRPC has no standard URL scheme; clients and proxies accept http.
    const url = port
      ? `${port.protocol === "http" || port.protocol === "grpc" ? "http" : port.protocol}://${name}:${addressOf(context, name).port}`
      : undefined;
    return [
      name,
      compact({
        url,
        image: `${repository}:${tag}`,
        publicUrls: urls.length > 0 ? urls : undefined,
        standIn: isStandIn(application, name) ? (true as const) : undefined,
      }),
    ] as const;
  });
  const stores = Object.values(context.stores).map(({ name, store, profile }) => {
    const { host, readHost, port } = addressOf(context, name);
    return [
      name,
      compact({
        host,
        readHost: readHost === host ? undefined : readHost,
        port,
        profile,
        secret: hasSecret(store) ? storeSecretName(name) : undefined,
      }),
    ] as const;
  });
  return compact({
    services: Object.fromEntries(services),
    stores: Object.fromEntries(stores),
    publicUrl: publicUrlOf(entries),
  });
}

/** Returns the public URL of the application: the URL of its first entry whose host is not a wildcard. */
const publicUrlOf = (entries: Plan["entries"]): string | undefined =>
  Object.values(entries)
    .flatMap((entry) => [entry, ...(entry.others ?? [])])
    .find(({ url }) => url !== undefined && !url.includes("://*."))?.url;
