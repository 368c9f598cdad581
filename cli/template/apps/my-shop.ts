/** my-shop: a web service and its cache. Replace them with your own, or add one: npx flotilla new service <name> */
import { address, type Inventory, password, text, username } from "flotilla";

export const myShop: Inventory = {
  name: "my-shop",
  description: "A web service and its cache",
  services: {
    web: {
      language: "go",
      image: { repository: "ghcr.io/stefanprodan/podinfo", tag: "6.9.0" },
      ports: { http: { container: 9898, protocol: "http" } },
      uses: ["cache"],
      env: {
        PODINFO_CACHE_SERVER: text`tcp://${username("cache", "default")}:${password("cache", "default")}@${address("cache")}`,
      },
      probe: { http: { path: "/readyz", port: "http" } },
      liveness: { http: { path: "/healthz", port: "http" } },
      writable: ["/tmp", "/data"],
    },
  },
  stores: {
    cache: {
      kind: "redis",
      storage: "1Gi",
    },
  },
};
