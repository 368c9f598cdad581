/** Objects with planned names that were created with kubectl: reported, refused, taken over. */
import assert from "node:assert/strict";
import { flotilla, inventoryStack, writeInventory } from "./inventory";
import { long } from "./long";
import { get, run, type Stack } from "./world";

const namespace = "e2e-existing";

const inventory = (services: string) => `
  services: { ${services} },
  stores: { mysql: store("mysql", "app") },`;
const FILES = (path: string) => `files: { "${path}": "planned" }, startupSeconds: 1`;
const WEB = "web: { ...service([]), startupSeconds: 1 }";
const GROWN = `web: { ...service([]), ${FILES("/etc/web.conf")} },
    api: { ...service(["mysql"], { URL: url("mysql") }), ${FILES("/etc/api.conf")},
      ports: { http: { container: 8080, protocol: "http" } }, noProbe: "The image of this test has no server." }`;

interface Live {
  metadata: { uid: string; labels: Record<string, string>; annotations: Record<string, string> };
  data?: Record<string, string>;
  spec?: {
    selector: Record<string, string>;
    template?: { spec: { containers: { name: string; image: string }[] } };
  };
}

describe("existing objects", function () {
  this.timeout(240_000);
  let stack: Stack;
  const on = (...args: string[]) => [...args, "--stack", stack.name];
  const ends = async (code: number, ...args: string[]) => {
    const { exitCode, all = "" } = await flotilla(stack, ...args);
    assert.equal(exitCode, code, `flotilla ${args.join(" ")}:\n${all}`);
    for (const secret of ["not-the-password", "none-of-ours"]) assert.ok(!all.includes(secret), secret);
    return all;
  };
  const create = (...args: string[]) => run("kubectl", ["create", ...args, "-n", namespace]);
  const remove = (...args: string[]) => run("kubectl", ["delete", ...args, "-n", namespace]);
  const live = (kind: string, name: string) => get<Live>(kind, name, "-n", namespace);
  const uids = () =>
    Promise.all(
      [
        ["configmap", "web-files"],
        ["configmap", "api-files"],
        ["service", "api"],
        ["deployment", "api"],
        ["secret", "api-env"],
      ].map(async ([kind = "", name = ""]) => (await live(kind, name)).metadata.uid),
    );
  const revision = async (release: string) =>
    JSON.parse((await run("helm", ["status", release, "-n", namespace, "-o", "json"])).stdout).version;

  before(async () => {
    stack = await inventoryStack("existing", namespace, inventory(WEB), {
      rolloutSeconds: 90,
    });
    await ends(0, ...on("up"), "--yes");
    for (const name of ["web-files", "api-files"])
      await create("configmap", name, "--from-literal=OLD=by-hand");
    // Its selector matches no pod of the release.
    await create("service", "clusterip", "api", "--tcp=80:8080");
    await create("deployment", "api", "--image=example.com/other:1");
    await create(
      ...["secret", "generic", "api-env"],
      ...["--from-literal=URL=app:not-the-password", "--from-literal=OTHER=none-of-ours"],
    );
    await create("serviceaccount", "api");
    await run("kubectl", [
      ...["label", "serviceaccount", "api", "app.kubernetes.io/managed-by=tilt", "-n", namespace],
    ]);
    writeInventory(stack.folder, inventory(GROWN));
  });
  after(() => stack?.remove());

  const EXISTING = [
    "Secret api-env",
    "ConfigMap web-files",
    "ConfigMap api-files",
    "Service api",
    "Deployment api",
    "ServiceAccount api",
  ];

  it("are reported by diff, each with what to do", async () => {
    const all = await ends(2, ...on("diff"));
    for (const name of EXISTING)
      assert.ok(all.includes(`${name} in namespace ${namespace}: the object already exists`), all);
    assert.match(all, /ConfigMap web-files.*created with kubectl-create, and release web would create it/);
    assert.match(all, /ServiceAccount api .*belongs to tilt/);
    assert.match(all, new RegExp(`npx flotilla adopt --stack ${stack.name}`));
    // Once: the program refuses the same.
    assert.equal(all.split("Service api in namespace").length, 2, all);
  });

  it("are refused by preview and by both updates, before anything changes", async () => {
    for (const args of [["preview"], ["up", "--yes"], ["up", "--yes", "--skip-preview"]]) {
      const { exitCode, all = "" } = await stack.pulumi(args, { reject: false });
      assert.notEqual(exitCode, 0);
      for (const name of EXISTING) assert.ok(all.includes(`${name} in namespace`), all);
      assert.match(all, /6 problems, nothing was deployed/);
    }
    assert.match(await ends(1, ...on("up"), "--yes"), /already exist in the cluster \(listed above\)/);
    assert.equal(await revision("web"), 1);
  });

  it("are not taken from another tool, nor if a field is immutable", async () => {
    const held = await ends(1, ...on("adopt"), "--yes");
    assert.match(held, /ServiceAccount api .*belongs to tilt/);
    assert.match(held, /nothing was taken over/);
    await remove("serviceaccount", "api");
    const fixed = await ends(1, ...on("adopt"), "--yes");
    assert.match(fixed, /Deployment api: spec\.selector/);
    assert.match(fixed, new RegExp(`kubectl delete deployment api -n ${namespace}`));
    assert.equal((await live("configmap", "web-files")).data?.OLD, "by-hand");
    await remove("deployment", "api");
  });

  it("become part of their release, as planned, and are not recreated", async () => {
    const labels = { "app.kubernetes.io/name": "api", "app.kubernetes.io/instance": "api" };
    await run("kubectl", ["apply", "-n", namespace, "-f", "-"], {
      input: JSON.stringify({
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "api" },
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: { containers: [{ name: "other", image: "example.com/other:1" }] },
          },
        },
      }),
    });
    const before = await uids();
    const all = await ends(0, ...on("adopt"), "--yes");
    assert.match(all, /takes over .*Deployment api/);
    assert.match(all, /if the first installation of their release fails, Helm deletes/);
    assert.deepEqual(await uids(), before);
    assert.deepEqual(Object.keys((await live("configmap", "web-files")).data ?? {}).length, 1);
    const { spec, metadata } = await live("service", "api");
    assert.equal(spec?.selector.app, undefined);
    assert.equal(metadata.annotations["meta.helm.sh/release-name"], "api");
    const containers = (await live("deployment", "api")).spec?.template?.spec.containers ?? [];
    assert.deepEqual(
      containers.map(({ name }) => name),
      ["api"],
    );
    const { data = {} } = await live("secret", "api-env");
    assert.deepEqual(Object.keys(data), ["URL"]);
    assert.notEqual(Buffer.from(data.URL ?? "", "base64").toString(), "app:not-the-password");
  });

  it("leave nothing to change, and no drift", async () => {
    await ends(0, ...on("diff"));
    await ends(0, ...on("drift"));
    await ends(0, ...on("up"), "--yes");
    assert.match(await ends(0, ...on("adopt"), "--yes"), /Nothing to adopt/);
  });

  long("are explained after an update that did not look for them", async () => {
    await create("configmap", "late-files", "--from-literal=OLD=by-hand");
    writeInventory(stack.folder, inventory(`${GROWN}, late: { ...service([]), ${FILES("/etc/late.conf")} }`));
    const { exitCode, all = "" } = await stack.pulumi(["up", "--yes", "--skip-preview"], {
      reject: false,
      env: { FLOTILLA_CHECKED: "true" },
    });
    assert.notEqual(exitCode, 0);
    assert.match(all, /invalid ownership metadata/);
    const explained = await ends(2, ...on("explain"));
    assert.match(explained, /ConfigMap late-files in namespace/);
    assert.match(explained, new RegExp(`npx flotilla adopt --stack ${stack.name}`));
    await ends(0, ...on("adopt"), "--yes");
    await ends(0, ...on("diff"));
  });
});
