/** One validator per concept: settings and inventories accept the same texts, and refuse others with the same message. */
import assert from "node:assert/strict";
import { readInventory } from "../../src/model/inventory/read";
import { problemsOf, settingsOf } from "../support";

const API = {
  language: "node",
  image: "registry.example.com/api:1.0.0",
  ports: { http: { container: 80, protocol: "http" } },
};
const EXTERNAL = { reason: "payments", host: "bank.example.com", port: 443, protocol: "https" };
const shop = (more: object, api: object = {}) => ({
  name: "shop",
  description: "A test",
  services: { api: { ...API, ...api } },
  ...more,
});
const bank = (more: object) => shop({ externals: { bank: { ...EXTERNAL, ...more } } });
const cart = (more: object) => ({ services: { cart: more } });
const gateway = (more: object) => ({ externals: { "payment-gateway": more } });

/** Returns what is wrong with an inventory: `what` of each problem, without the value. */
const inInventory = (written: object): string[] =>
  readInventory(written, "shop").problems.map(({ what }) => what.replace(/, not .*$/s, ""));

const inSettings = (config: object): string[] => {
  try {
    settingsOf({ ...config });
    return [];
  } catch {
    return problemsOf(() => settingsOf({ ...config })).map(({ what }) => what.replace(/, not .*$/s, ""));
  }
};

interface Concept {
  inventory: (value: never) => object;
  settings: (value: never) => object;
  accepted: readonly unknown[];
  refused: readonly unknown[];
}

const CONCEPTS: Record<string, Concept> = {
  repository: {
    inventory: (repository) => shop({}, { image: { repository, tag: "1" } }),
    settings: (repository) => cart({ repository }),
    accepted: [
      "nginx",
      "team/shop",
      "docker.io/redis",
      "localhost/web",
      "localhost:5000/a/b",
      "Registry.Example.com/a",
      "[::1]:5000/a",
      "a__b/c--d/e.f_g",
      "a".repeat(255),
    ],
    refused: [
      "",
      "Nginx",
      "Team/shop",
      "ghcr.io/Team/shop",
      "nginx:1.29",
      "nginx@sha256:ab",
      "https://ghcr.io/a",
      "a//b",
      "/a",
      "a/",
      "a..b",
      "a___b",
      "-a",
      "a-",
      "_a",
      "-.example.com/a",
      "ghcr.io:port/a",
      "ghcr.io:99999/a",
      "a b",
      "ä",
      "0".repeat(64),
      "a".repeat(256),
    ],
  },
  tag: {
    inventory: (tag) => shop({}, { image: { repository: "nginx", tag } }),
    settings: (tag) => cart({ tag }),
    accepted: ["1.29", "_x", "v1-rc.2", "A".repeat(128)],
    refused: ["", "latest", "-1", ".1", "1:2", "a/b", "a b", "A".repeat(129)],
  },
  digest: {
    inventory: (digest) => shop({}, { image: { repository: "nginx", tag: "1", digest } }),
    settings: (digest) => cart({ digest }),
    accepted: [`sha256:${"a".repeat(64)}`],
    refused: ["sha256:ab", "a".repeat(64), `sha256:${"A".repeat(64)}`, `md5:${"a".repeat(64)}`],
  },
  host: {
    inventory: (host) => bank({ host }),
    settings: (host) => gateway({ host }),
    accepted: ["db", "api.stripe.com", "10.0.0.1", "A.example.com"],
    refused: [
      "",
      "https://api.stripe.com/v1",
      "db:5432",
      "a_b",
      "a..b",
      ".a",
      "a.",
      "-a",
      "a b",
      `${"a".repeat(64)}.com`,
      "::1",
      "10.0.0.256",
      "010.0.0.1",
      "10.0.1",
      "db.1",
      "5432",
    ],
  },
  cidr: {
    inventory: (cidr) => bank({ cidr }),
    settings: (cidr) => gateway({ cidr }),
    accepted: [
      "10.1.0.0/16",
      "0.0.0.0/0",
      "10.0.0.5/32",
      "10.128.0.0/9",
      "fd00::/8",
      "FD00:0::/8",
      "::1/128",
      "::/0",
    ],
    refused: [
      "10.0.0.0/33",
      "10.0.0.0",
      "10.0.0/8",
      "300.0.0.0/8",
      "fd00::/129",
      "any",
      "010.0.0.0/8",
      "10.0.0.5/8",
      "fd00::1/8",
      "::ffff:10.0.0.0/104",
    ],
  },
  port: {
    inventory: (port) => bank({ port }),
    settings: (port) => gateway({ port }),
    accepted: [1, 65535],
    refused: [0, -1, 65536, 1.5, Number.NaN],
  },
  quantity: {
    inventory: (cpu) =>
      shop({}, { resources: { requests: { cpu, memory: "1Gi" }, limits: { memory: "1Gi" } } }),
    settings: (cpu) => cart({ resources: { requests: { cpu } } }),
    accepted: ["1", "0.5", "500m", "1.5Gi"],
    refused: ["0", "0m", "-1", "1 Gi", "1GB", "lots", "1e3", ".5", "", "2T", "9".repeat(400)],
  },
  "amount of memory": {
    inventory: (memory) =>
      shop({}, { resources: { requests: { cpu: "1", memory: "1" }, limits: { memory } } }),
    settings: (memory) => cart({ resources: { limits: { memory } } }),
    accepted: ["512Mi", "1.5Gi", "0.1Gi", "1000", "1M"],
    refused: ["0", "500m", "0.5", "1 Gi", "1025Ti", "9".repeat(400)],
  },
  "name of a variable": {
    inventory: (name) => shop({}, { env: { [name]: "1" } }),
    settings: (name) => cart({ env: { [name]: "1" } }),
    accepted: ["PORT", "_a", "discovery.type", "cluster-name"],
    refused: ["1A", "A B", "A=B", "ä", ""],
  },
  label: {
    inventory: (value) => bank({ pods: { namespace: "x", labels: { app: value } } }),
    settings: (value) => gateway({ pods: { namespace: "x", labels: { app: value } } }),
    accepted: ["", "a", "A.b_c-1"],
    refused: ["a b", "-a", "a".repeat(64), "a/b"],
  },
  "key of a label": {
    inventory: (name) => bank({ pods: { namespace: "x", labels: { [name]: "a" } } }),
    settings: (name) => gateway({ pods: { namespace: "x", labels: { [name]: "a" } } }),
    accepted: ["app", "example.com/app", "A_b.c"],
    refused: ["a b", "a/b/c", "/a", "a/", "a..b/c", `${"a".repeat(254)}/b`, "a".repeat(64)],
  },
  "name of a namespace": {
    inventory: (namespace) => bank({ pods: { namespace, labels: { app: "a" } } }),
    settings: (namespace) => gateway({ pods: { namespace, labels: { app: "a" } } }),
    accepted: ["a", "1-a"],
    refused: ["", "A", "a.b", "-a", "a".repeat(64)],
  },
};

describe("a value shared by settings and inventories", () => {
  for (const [concept, { inventory, settings, accepted, refused }] of Object.entries(CONCEPTS)) {
    it(`is accepted by both: ${concept}`, () => {
      for (const value of accepted) {
        assert.deepEqual(inInventory(inventory(value as never)), [], String(value));
        assert.deepEqual(inSettings(settings(value as never)), [], String(value));
      }
    });

    it(`is refused by both, with the same message: ${concept}`, () => {
      for (const value of refused) {
        const said = inInventory(inventory(value as never));
        assert.equal(said.length, 1, `${value}: ${said.join("; ") || "not refused"}`);
        assert.deepEqual(inSettings(settings(value as never)), said, String(value));
      }
    });
  }
});

describe("a value of only one of them", () => {
  const DIGIT_PATHS = ["", "/", "//", "tmp", "/a:b", "/a/../b", "/a/.", "/a\u0000b", "/a\nb"];

  it("is refused in an inventory if the API server or the chart would refuse it", () => {
    const said = (api: object) => inInventory(shop({}, api));
    for (const path of DIGIT_PATHS) assert.equal(said({ writable: [path] }).length, 1, JSON.stringify(path));
    assert.match(said({ files: { "/etc/app/": "x" } }).join(), /path of a file/);
    assert.match(said({ team: "Team A" }).join(), /a label value/);
    assert.match(said({ user: { uid: 0, gid: 1 } }).join(), /pods never run as root/);
    assert.match(said({ user: { uid: 3e9, gid: 1 } }).join(), /at most 2147483647/);
    assert.match(said({ autoscaling: { podMetrics: { requests: "many" } } }).join(), /quantity/);
    assert.match(said({ minAvailable: 1e10 }).join(), /at most 2147483647/);
    assert.match(said({ sysctls: { "kernel.msgmax": "1" } }).join(), /kernel\.shm_rmid_forced/);
    assert.match(
      said({ probe: { http: { path: "/", port: 80, headers: { X_Id: "1" } } } }).join(),
      /name of an HTTP header/,
    );
    assert.match(
      said({ probe: { http: { path: "/", port: 80, headers: { "X-Id": "a\nb" } } } }).join(),
      /must be on one line/,
    );
    assert.match(said({ noProbe: "x".repeat(1001) }).join(), /at most 1000 characters/);
    for (const name of ["A b", "x".repeat(54)])
      assert.equal(
        said({
          permissions: {
            [name]: { resources: ["a"], names: ["a"], verbs: ["get"], reason: "a test needs it" },
          },
        }).length,
        1,
      );
  });

  it("is refused in settings if the API server would refuse it, or a runtime would read it as something else", () => {
    for (const host of ["10.0.0.1", "Shop.example.com", "shop", "a..b", `${"a".repeat(64)}.com`])
      assert.equal(inSettings({ ingress: { host } }).length, host === "shop" ? 0 : 1, host);
    for (const registry of ["mirror", "-.example.com", "ghcr.io:0", "https://ghcr.io"]) {
      assert.match(inSettings({ storeImages: { registry } }).join(), /host of a registry/, registry);
      assert.match(
        inSettings({ registryMirrors: { [registry]: "a.io" } }).join(),
        /host of a registry/,
        registry,
      );
    }
    assert.match(inSettings({ registryMirrors: { "index.docker.io": "a.io" } }).join(), /must be docker\.io/);
    assert.match(inSettings({ allowedRegistries: ["ghcr.io/Team"] }).join(), /a path in one/);
    assert.match(inSettings({ storeImages: { repositoryPrefix: "Hub" } }).join(), /a path in lower case/);
  });
});
