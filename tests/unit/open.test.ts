/** Which service `flotilla open` opens. */
import assert from "node:assert/strict";
import { openTargetOf } from "../../cli/core/open-target";
import type { Application, Service } from "../../src/model/application";

const service = (more: Partial<Service>): Service => ({
  language: "go",
  image: { repository: "example.com/web", tag: "1.0.0" },
  ...more,
});
const http = { http: { container: 8080, service: 80, protocol: "http" } } as const;
const application = (services: Record<string, Service>): Application => ({
  name: "shop",
  description: "A test",
  services,
  stores: {},
});

describe("the service to open", () => {
  const web = service({ ports: http, public: { port: "http", path: "/shop" } });
  const api = service({ ports: { grpc: { container: 50051, protocol: "grpc" } } });
  const worker = service({});

  it("is the public one, at its path", () => {
    assert.deepEqual(openTargetOf(application({ api, web, worker })), {
      service: "web",
      port: 80,
      podPort: 8080,
      scheme: "http",
      path: "/shop",
    });
  });

  it("is the one that is named", () => {
    assert.deepEqual(openTargetOf(application({ api, web }), "api"), {
      service: "api",
      port: 50051,
      podPort: 50051,
      scheme: "tcp",
      path: "/",
    });
  });

  for (const [what, services, name, problem] of [
    ["no public service", { api, worker }, undefined, /no public service\. Name one: api$/],
    [
      "several public services",
      { web, admin: web },
      undefined,
      /several public services\. Name one: web, admin$/,
    ],
    ["a name that does not exist", { web }, "wbe", /no service named wbe\. Did you mean "web"\?/],
    ["a service without a port", { web, worker }, "worker", /^worker has no port$/],
    ["an application without ports", { worker }, undefined, /no public service, and no service has a port$/],
  ] as const)
    it(`is refused for ${what}`, () => {
      const target = openTargetOf(application(services as Record<string, Service>), name);
      assert.match("problem" in target ? target.problem : "", problem);
    });
});
