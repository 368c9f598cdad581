/** Applications of a given size, for measuring: services of the shared chart that call one another. */
import type { Application, Service } from "../../src/model/application";
import { compact } from "../../src/model/records";
import { address, text } from "../../src/model/text";

/** How many services each one calls, at most. */
const CALLS = 2;

/** An application of so many services, and so many releases: no store, whose start-up would be measured instead. */
export function benchApplication(releases: number): Application {
  const names = Array.from({ length: releases }, (_, index) => `service-${index}`);
  return {
    name: "bench",
    description: `An application of ${releases} services`,
    services: Object.fromEntries(
      names.map((name, index) => [name, service(names.slice(Math.max(0, index - CALLS), index))]),
    ),
    stores: {},
  };
}

const service = (uses: readonly string[]): Service => ({
  language: "go",
  image: { repository: "example.com/service", tag: "1.0.0" },
  ports: { http: { container: 8080, protocol: "http" } },
  probe: { http: { path: "/health", port: "http" } },
  uses: [...uses],
  env: Object.fromEntries(
    uses.map((name) => [`${name.toUpperCase().replaceAll("-", "_")}_ADDR`, text`${address(name)}`]),
  ),
  resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "64Mi" } },
});

/** The service that gets another tag, and the tag it gets. */
export const CHANGED = { service: "service-0", tag: "1.0.1" };

/** Settings of a stack of it: the same for what Flotilla deploys and for the values that others are given. */
export const benchConfig = (namespace: string, changed: boolean) =>
  compact({
    application: "bench",
    environment: "local",
    namespace,
    services: changed ? { [CHANGED.service]: { tag: CHANGED.tag } } : undefined,
  });
