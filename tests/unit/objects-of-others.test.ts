/** What programs take from the cluster: fields of their pod, and Secrets, ConfigMaps and claims that others create. */
import assert from "node:assert/strict";
import type { Application, Service } from "../../src/model/application";
import { readInventory } from "../../src/model/inventory/read";
import { configMapKey, containerResource, password, podField, secretKey, text } from "../../src/model/text";
import { validateApplication } from "../../src/model/validate";
import { checkObjectsOfOthers, neededObjects } from "../../src/runtime/check-objects-of-others";
import { expand } from "../kubelet";
import { application, mysql, ownEnv, planFor, problemsOf, service, valuesOf } from "../support";

const db = mysql();
const task = { image: { of: "web" }, seconds: 60, before: ["web"] };
const shop = (web: Partial<Service>, more: Partial<Application> = {}) =>
  application({ services: { web: service({ uses: ["db"], ...web }) }, stores: { db }, ...more });
const values = (web: Partial<Service>, config = {}) =>
  valuesOf(planFor(shop(web), { distribution: "upstream", ...config }), "web");
const env = (variables: Service["env"]) => ownEnv(values({ env: variables ?? {} }));
const invalid = (web: Partial<Service>, more: Partial<Application> = {}) =>
  validateApplication(shop(web, more))
    .map(({ where, what }) => `${where}: ${what}`)
    .join("\n");
const unread = (more: object) =>
  readInventory({ ...application(), services: { web: { ...service(), ...more } } }, "shop")
    .problems.map(({ where, what }) => `${where}: ${what}`)
    .join("\n");
const refused = (web: Partial<Service>) =>
  problemsOf(() => planFor(shop(web), { distribution: "upstream" }))
    .map(({ where, what }) => `${where}: ${what}`)
    .join("\n");

describe("a variable that only the pod knows", () => {
  it("is a field, a resource, or a key of a Secret or ConfigMap of others", () => {
    assert.deepEqual(
      env({
        IP: [podField("status.podIP")],
        MEMORY: [containerResource("limits.memory", "1Mi")],
        CPUS: [containerResource("limits.cpu")],
        TOKEN: [secretKey("partner", "token")],
        MODE: [configMapKey("settings", "mode", { optional: true })],
      }),
      {
        IP: { field: "status.podIP" },
        MEMORY: { resource: "limits.memory", divisor: "1Mi" },
        CPUS: { resource: "limits.cpu" },
        TOKEN: { secret: "partner", key: "token" },
        MODE: { configMap: "settings", key: "mode", optional: true },
      },
    );
  });

  it("can be part of other variables and of commands, where Kubernetes replaces it", () => {
    const found = values({
      env: {
        IP: [podField("status.podIP")],
        LISTEN: "tcp://$(IP):9092",
        ADVERTISE: "$(LISTEN),$HOME and $$(IP)",
      },
      args: ["--ip", "$(IP)", "--listen=$(LISTEN)"],
    });
    const pod = { IP: "10.1.2.3" };
    assert.equal(expand(found.env?.LISTEN as string, pod), "tcp://10.1.2.3:9092");
    assert.equal(expand(found.env?.ADVERTISE as string, pod), "tcp://10.1.2.3:9092,$HOME and $(IP)");
    assert.deepEqual(
      found.args?.map((word) => expand(word, { ...pod, LISTEN: "tcp://10.1.2.3:9092" })),
      ["--ip", "10.1.2.3", "--listen=tcp://10.1.2.3:9092"],
    );
  });

  it("is refused as a part of a text, in a file, in a command, and beside a password", () => {
    const ip = podField("status.podIP");
    assert.match(
      invalid({ env: { URL: text`http://${ip}/` } }),
      /web, URL: contains podField\("status\.podIP"\), whose/,
    );
    assert.match(invalid({ files: { "/etc/ip": [ip] } }), /\/etc\/ip: contains podField/);
    assert.match(invalid({ args: [[ip]] }), /args\[0\]: contains podField/);
    assert.match(
      refused({ env: { IP: [ip], URL: text`${password("db", "app")}@$(IP)` } }),
      /env\.URL: contains a password and \$\(IP\), whose value only the pod knows/,
    );
    assert.match(
      refused({ env: { IP: [ip] }, probe: { exec: { command: ["check", "$(IP)"] } } }),
      /the command of the probe: refers to \$\(IP\), which only the pod knows/,
    );
    const loader = {
      does: "fills",
      image: { repository: "a/b", tag: "1" },
      script: "true",
      env: { IP: [ip] },
    };
    assert.match(
      invalid({}, { stores: { db: { ...db, loaders: { data: loader } } } }),
      /loader data, IP: contains podField\("status\.podIP"\), but loaders only know their store/,
    );
  });

  it("must name what Kubernetes knows", () => {
    assert.match(unread({ env: { IP: podField("status.ip") } }), /must be a field of the pod/);
    assert.match(
      unread({ env: { CPU: containerResource("cpu") } }),
      /must be a resource, such as limits\.memory/,
    );
    assert.match(
      unread({ env: { CPU: containerResource("limits.cpu", "1Mi") } }),
      /must be 1 or 1m for a CPU/,
    );
    assert.match(unread({ env: { M: containerResource("limits.memory", "1m") } }), /no thousandth of a byte/);
    assert.match(
      unread({ env: { KEY: secretKey("Partner", "a/b") } }),
      /must be the name of an object[\s\S]*must be a key/,
    );
    assert.equal(unread({ env: { LABEL: podField("metadata.labels['app']") } }), "");
  });

  it("can have a name that only a Secret or ConfigMap of others knows", () => {
    const found = values({
      env: { URL: "$(HOST):80" },
      envFrom: { partner: { secret: "partner", prefix: "P_" }, more: { configMap: "more", optional: true } },
      args: ["$(P_HOST)"],
    });
    assert.deepEqual(found.envFrom, {
      partner: { secret: "partner", prefix: "P_" },
      more: { configMap: "more", optional: true },
    });
    assert.equal(found.env?.URL, "$(HOST):80");
    assert.deepEqual(found.args, ["$(P_HOST)"]);
    assert.match(
      refused({ env: { URL: "$(HOST):80" } }),
      /refers to \$\(HOST\), but service web has no such variable/,
    );
    assert.match(unread({ envFrom: { a: { secret: "a", configMap: "b" } } }), /envFrom\.a/);
  });

  it("makes a migration a new version, but not a new value", () => {
    const release = (variables: Service["env"], envFrom?: Service["envFrom"]) =>
      Object.keys(
        planFor(
          shop(
            {},
            { tasks: { migrate: { ...task, env: variables ?? {}, ...(envFrom ? { envFrom } : {}) } } },
          ),
          {
            distribution: "upstream",
          },
        ).releases,
      ).find((name) => name.startsWith("migrate-"));
    const before = release({ TOKEN: [secretKey("partner", "token")] });
    assert.equal(release({ TOKEN: [secretKey("partner", "token")] }), before);
    assert.notEqual(release({ TOKEN: [secretKey("partner", "key")] }), before);
    assert.notEqual(release({ TOKEN: [secretKey("partner", "token")] }, { a: { secret: "a" } }), before);
  });
});

describe("a volume with content of others", () => {
  const all: Service["volumes"] = {
    tls: { path: "/etc/tls", secret: "tls", keys: { "tls.crt": "cert.pem" } },
    conf: { path: "/etc/app.conf", subPath: "app.conf", configMap: "app", optional: true },
    uploads: { path: "/uploads", claim: "uploads", accessMode: "ReadWriteMany" },
    archive: { path: "/archive", claim: "archive", accessMode: "ReadOnlyMany", readOnly: true },
    pod: { path: "/etc/pod", fields: { labels: "metadata.labels" } },
    vault: {
      path: "/vault",
      csi: { driver: "secrets-store.csi.k8s.io", readOnly: true, attributes: { a: "b" } },
    },
    all: {
      path: "/var/run/all",
      projected: {
        token: { token: { path: "token", audience: "vault", seconds: 600 } },
        tls: { secret: "tls" },
        conf: { configMap: "app", keys: { "app.conf": "conf" } },
        pod: { fields: { name: "metadata.name" } },
      },
    },
  };

  it("becomes a volume and a mount of the chart", () => {
    const { volumes, mounts, rollout } = values({ volumes: all });
    assert.deepEqual(volumes, {
      tls: { secret: { name: "tls", items: { "tls.crt": "cert.pem" } } },
      conf: { configMap: { name: "app", optional: true } },
      uploads: { pvc: { name: "uploads" } },
      archive: { pvc: { name: "archive", readOnly: true } },
      pod: { downwardAPI: { labels: "metadata.labels" } },
      vault: { csi: { driver: "secrets-store.csi.k8s.io", readOnly: true, attributes: { a: "b" } } },
      all: {
        projected: {
          token: { serviceAccountToken: { path: "token", audience: "vault", expirationSeconds: 600 } },
          tls: { secret: { name: "tls" } },
          conf: { configMap: { name: "app", items: { "app.conf": "conf" } } },
          pod: { downwardAPI: { name: "metadata.name" } },
        },
      },
    });
    assert.deepEqual(mounts, {
      tls: { path: "/etc/tls", readOnly: true },
      conf: { path: "/etc/app.conf", subPath: "app.conf", readOnly: true },
      uploads: "/uploads",
      archive: { path: "/archive", readOnly: true },
      pod: { path: "/etc/pod", readOnly: true },
      vault: { path: "/vault", readOnly: true },
      all: { path: "/var/run/all", readOnly: true },
    });
    assert.equal(rollout, undefined);
  });

  it("can belong to a task, which cannot keep data", () => {
    const backup = { image: { of: "web" }, seconds: 60, cron: { schedule: "@daily" } };
    const found = valuesOf(
      planFor(
        shop({}, { tasks: { backup: { ...backup, volumes: { tls: { path: "/tls", secret: "tls" } } } } }),
        {
          distribution: "upstream",
        },
      ),
      "backup",
    );
    assert.deepEqual(found.volumes, { tls: { secret: { name: "tls" } } });
    const { problems } = readInventory(
      {
        ...application(),
        tasks: { backup: { ...backup, volumes: { data: { path: "/data", storage: "1Gi" } } } },
      },
      "shop",
    );
    assert.match(problems.map(({ what }) => what).join(), /must be one of \{ path, secret \}/);
  });

  it("leaves a service with one pod, if only one pod can mount the claim", () => {
    const volumes: Service["volumes"] = { uploads: { path: "/uploads", claim: "uploads" } };
    const found = values({ volumes }, { environment: "prod", cluster: { context: "prod" } });
    assert.equal(found.replicas, 1);
    assert.deepEqual(found.rollout, { strategy: "Recreate" });
    assert.match(
      invalid({ volumes, workload: "StatefulSet", autoscaling: {} }),
      /only one pod can use its volume uploads/,
    );
    assert.match(
      problemsOf(() => planFor(shop({ volumes }), { services: { web: { replicas: 2 } } }))[0]?.what ?? "",
      /would have 2 pods, but only one pod can use its volume uploads/,
    );
  });

  it("is refused if another program or a store has the claim", () => {
    const alone = { uploads: { path: "/uploads", claim: "uploads" } };
    const shared = { uploads: { path: "/uploads", claim: "uploads", accessMode: "ReadWriteMany" as const } };
    const two = (one: Service["volumes"], other: Service["volumes"]) =>
      invalid(
        { volumes: one ?? {} },
        {
          services: { web: service({ volumes: one ?? {} }), api: service({ volumes: other ?? {} }) },
        },
      );
    assert.match(
      two(alone, alone),
      /service api, volume uploads: service web, volume uploads also mounts the claim/,
    );
    assert.match(two(shared, alone), /also mounts the claim/);
    assert.equal(two(shared, shared), "");
    const kept = { data: { path: "/data", storage: "1Gi" } };
    assert.match(
      two(kept, { data: { path: "/data", claim: "web-data" } }),
      /service web, volume data also mounts the claim/,
    );
    assert.match(
      invalid({ volumes: { a: { path: "/a", claim: "data-db-0" } } }),
      /store db has the same volume claim/,
    );
    assert.equal(
      invalid({ volumes: { a: { path: "/a", claim: "data-db-backup-0" } } }),
      "",
      "of another store",
    );
    const twice = {
      a: { path: "/a", claim: "x", subPath: "a" },
      b: { path: "/b", claim: "x", subPath: "b" },
    };
    assert.equal(invalid({ volumes: twice }), "", "one pod mounts a claim twice");
    const backup = (claim: string, concurrency?: "Allow") => ({
      image: { of: "web" },
      seconds: 60,
      cron: { schedule: "@daily", ...(concurrency ? { concurrency } : {}) },
      volumes: { a: { path: "/a", claim } },
    });
    const stateful = {
      workload: "StatefulSet" as const,
      volumes: { data: { path: "/data", storage: "1Gi" } },
    };
    assert.match(
      invalid(stateful, { tasks: { backup: backup("data-web-0") } }),
      /the claim data-web-0 belongs to a pod of service web, volume data/,
    );
    assert.match(invalid({}, { tasks: { backup: backup("x", "Allow") } }), /two runs can overlap/);
  });

  it("is refused with a file twice, or a path outside of it", () => {
    const projected = { a: { secret: "a", keys: { k: "same" } }, b: { configMap: "b", keys: { k: "same" } } };
    assert.match(
      invalid({ volumes: { all: { path: "/all", projected } } }),
      /volume all: two of its files are named same/,
    );
    assert.match(
      unread({ volumes: { a: { path: "/a", secret: "a", subPath: "../b" } } }),
      /must be a path in the volume/,
    );
    assert.match(
      unread({ volumes: { a: { path: "/a", fields: { a: "spec.nodeName" } } } }),
      /must be metadata\.name/,
    );
    assert.match(unread({ volumes: { a: { path: "/a", secret: "a", storage: "1Gi" } } }), /volumes\.a/);
    assert.match(unread({ volumes: { a: { path: "/a", projected: {} } } }), /must have at least one entry/);
    assert.match(unread({ volumes: { a: { path: "/a", secret: "a", keys: { k: "..data" } } } }), /two dots/);
    assert.match(unread({ env: { L: podField("metadata.labels['a b']") } }), /must be a field of the pod/);
  });
});

describe("objects of others", () => {
  const named = shop({
    env: { TOKEN: [secretKey("partner", "token")], OLD: [secretKey("old", "key", { optional: true })] },
    envFrom: { all: { configMap: "settings" } },
    volumes: {
      tls: { path: "/tls", secret: "partner", keys: { cert: "cert" } },
      uploads: { path: "/uploads", claim: "uploads", accessMode: "ReadWriteMany" },
    },
  });
  const live: Record<string, object> = {
    "/api/v1/namespaces/shop/secrets/partner": { data: { token: "dA==", cert: "Yw==" } },
    "/api/v1/namespaces/shop/configmaps/settings": { data: { a: "b" } },
    "/api/v1/namespaces/shop/persistentvolumeclaims/uploads": { spec: { accessModes: ["ReadWriteMany"] } },
  };
  const check = (objects: Record<string, object>, hasNamespace = true) =>
    checkObjectsOfOthers(
      async (path) => (objects[path] ? { object: objects[path] } : { missing: true }),
      named,
      "shop",
      hasNamespace,
    );
  const without = (part: string) =>
    Object.fromEntries(Object.entries(live).filter(([path]) => !path.includes(part)));

  it("are those that pods cannot start without, also beside the program, with their places", () => {
    const resources = { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "64Mi" } };
    const agent = {
      image: { repository: "a/agent", tag: "1" },
      resources,
      envFrom: { more: { secret: "more" } },
    };
    const { web } = named.services;
    const more = { ...named, services: { web: { ...(web as Service), sidecars: { agent } } } };
    assert.deepEqual(
      neededObjects(more).map(({ kind, name, keys, place }) => [kind, name, keys.join(), place]),
      [
        ["Secret", "partner", "token", "env.TOKEN"],
        ["ConfigMap", "settings", "", "envFrom.all"],
        ["Secret", "more", "", "sidecars.agent.envFrom.more"],
        ["Secret", "partner", "cert", "volumes.tls"],
        ["PersistentVolumeClaim", "uploads", "", "volumes.uploads"],
      ],
    );
  });

  it("are asked for once, and are not the claims of the application itself", async () => {
    const asked: string[] = [];
    await checkObjectsOfOthers(
      async (path) => {
        asked.push(path);
        return { object: live[path] };
      },
      named,
      "shop",
      true,
    );
    assert.equal(new Set(asked).size, asked.length);
    const data = { path: "/data", storage: "1Gi", accessMode: "ReadWriteMany" as const };
    const shared = { data: { path: "/data", claim: "web-data", accessMode: "ReadWriteMany" as const } };
    const cron = { image: { of: "web" }, seconds: 60, cron: { schedule: "@daily" }, volumes: shared };
    assert.deepEqual(neededObjects(shop({ volumes: { data } }, { tasks: { backup: cron } })), []);
  });

  it("are checked before anything moves", async () => {
    assert.deepEqual(await check(live), []);
    await assert.rejects(
      check(without("secrets")),
      /service web, env\.TOKEN: namespace shop has no Secret partner, and the pods would not start/,
    );
    await assert.rejects(
      check(without("claims")),
      /volumes\.uploads: namespace shop has no PersistentVolumeClaim uploads/,
    );
    await assert.rejects(
      check({ ...live, "/api/v1/namespaces/shop/secrets/partner": { data: { token: "dA==" } } }),
      /Secret partner in namespace shop lacks the key cert, .*; it has token/,
    );
    await assert.rejects(
      check({
        ...live,
        "/api/v1/namespaces/shop/persistentvolumeclaims/uploads": {
          spec: { accessModes: ["ReadWriteOnce"] },
        },
      }),
      /the claim uploads has the access mode ReadWriteOnce, not ReadWriteMany/,
    );
  });

  it("are only announced while the namespace does not exist, and ignored if they cannot be read", async () => {
    const warnings = await check({}, false);
    assert.equal(warnings.length, 3);
    assert.match(
      warnings[0] ?? "",
      /the pods need Secret partner, which Flotilla does not create: create it as soon as/,
    );
    assert.deepEqual(
      await checkObjectsOfOthers(async () => ({ unread: "forbidden" }), named, "shop", true),
      [],
    );
  });

  it("are not those of Flotilla itself", () => {
    assert.match(
      refused({ env: { KEY: [secretKey("db-auth", "mysql-password")] } }),
      /env\.KEY: the name db-auth is reserved for a Secret that Flotilla can create/,
    );
    const optional = { KEY: [secretKey("db-auth", "mysql-password", { optional: true as const })] };
    assert.match(
      refused({ env: optional }),
      /the name db-auth is reserved for a Secret that Flotilla can create/,
    );
    assert.match(
      refused({ files: { "/a": "b" }, volumes: { f: { path: "/f", configMap: "web-files" } } }),
      /the name web-files is reserved for a ConfigMap that Flotilla can create/,
    );
  });
});
