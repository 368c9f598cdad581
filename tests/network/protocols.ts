/** An application with ports of every protocol, whose policies the connectivity test evaluates like those of the real ones. */
import { inEnvironment } from "../../src/plan/environment";
import type { Planned } from "../environments";
import { application, planFor, service, settingsOf } from "../support";

const DNS = {
  dns: { container: 5353, service: 53, protocol: "udp" },
  "dns-tcp": { container: 5353, service: 53, protocol: "tcp" },
} as const;

const described = application({
  name: "protocols",
  services: {
    resolver: service({ ports: DNS, probe: { tcp: { port: "dns-tcp" } } }),
    web: service({
      ports: { http: { container: 8080, protocol: "http" }, rpc: { container: 9090, protocol: "grpc" } },
      public: { port: "http" },
      routes: { rpc: { port: "rpc", host: "rpc" } },
    }),
    exchange: service({
      ports: {
        signals: { container: 2905, protocol: "sctp" },
        metrics: { container: 8125, protocol: "udp" },
        admin: { container: 8125, protocol: "http" },
      },
      headless: true,
      probe: { http: { path: "/", port: "admin" } },
      metrics: { port: "admin", path: "/metrics" },
      uses: ["resolver"],
    }),
    phone: service({ uses: ["exchange", "statsd", "clock"] }),
  },
  externals: {
    statsd: {
      host: "statsd.watch",
      port: 8126,
      protocol: "udp",
      pods: { namespace: "watch", labels: { app: "statsd" }, port: 9126 },
      reason: "metrics go there",
    },
    clock: { host: "time.example.com", port: 123, protocol: "udp", reason: "clocks drift" },
  },
  callers: { pbx: { namespace: "office", labels: { app: "pbx" }, calls: ["exchange"], reason: "phones" } },
});

const config = {
  application: described.name,
  environment: "dev",
  monitoring: {},
  gateway: {
    name: "public",
    namespace: "gateways",
    host: "example.com",
    hosts: { rpc: { host: "rpc.example.com" } },
  },
};

export const MANY_PROTOCOLS: Planned[] = [
  {
    application: inEnvironment(described, settingsOf(config, { [described.name]: described }).settings),
    environment: "dev",
    plan: planFor(described, config),
    config,
  },
];
