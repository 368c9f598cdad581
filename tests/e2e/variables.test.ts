/** Dollar signs and references to variables, through the API server to the container: it gets what was written. */
import assert from "node:assert/strict";
import { mapValues } from "../../src/model/records";
import { host, password, type Text, text, username } from "../../src/model/text";
import { fillText } from "../../src/plan/credentials/secret-text";
import type { Plan } from "../../src/plan/plan";
import { asText, type KubernetesObject, parseObjects, renderText } from "../chart/render";
import { started } from "../kubelet";
import { application, planFor, redis, service } from "../support";
import { run } from "./world";

const NAMESPACE = "e2e-variables";
const SECRETS = { "db-app": "pa$$w(rd$(HOST)" };

const SCRIPT = `mongosh --eval 'db.a.aggregate([{$replaceRoot: {newRoot: "$$ROOT"}}])'
DELIMITER $$
echo "$HOST $(hostname) $(HOST)" > "/tmp/x.$$"
`;
const image = { repository: "registry.example.com/a", tag: "1" };
const account = { username: "app", database: "app", credential: { generated: true as const } };
const env: Record<string, Text> = {
  A_URL: "http://$(B_HOSTPORT)/x",
  B_HOSTPORT: "$(C_HOST):80",
  C_HOST: [host("db")],
  LITERAL: "$$, $$$, $$(C_HOST), $(a b), $(open, 5$é",
  DSN: text`$(LOGIN)@$(C_HOST)/$$`,
  LOGIN: text`${username("db", "app")}:${password("db", "app")}`,
  "discovery.type": "single-node",
  "cluster-name": "$(discovery.type)",
};
const files = {
  "/app/a.txt": "$(A_URL) $$ {{ }}\n",
  "/app/a.bin": { base64: "AP8B" },
  "/app/a.json": text`{"dsn": "${host("db")} ${password("db", "app")} $(C_HOST)"}`,
};
const plan = planFor(
  application({
    services: {
      web: service({
        uses: ["db"],
        env,
        files,
        command: ["/app", "--db", [host("db")], "$$"],
        args: ["$(A_URL)", "--dsn=$(DSN)", "pid $$", "$$(A_URL)"],
        probe: { exec: { command: ["sh", "-c", "check $(A_URL) $(LITERAL) $(date) $$"] } },
      }),
    },
    stores: {
      db: {
        ...redis(),
        kind: "mysql",
        accounts: { app: account },
        loaders: { seed: { does: "x", image, script: SCRIPT, env: { HOST: [host("db")], MARK: "$$" } } },
      },
    },
  }),
  { environment: "local", distribution: "upstream" },
);

/** The contents of the service's Secret. */
const secrets = {
  "web-env": mapValues(plan.secrets["web-env"]?.keys ?? {}, (parts) => fillText(parts, SECRETS)),
};

describe("variables, before the API server", () => {
  /** Creates what a release renders, and returns the container of its workload as the API server has it. */
  async function containerOf({ releases }: Plan, name: string, kind: string, suffix = "") {
    const { chart, values } = releases[name] as Plan["releases"][string];
    assert.ok("path" in chart);
    const rendered = await renderText({ chart: chart.path, values, name, namespace: NAMESPACE });
    const objects = parseObjects(rendered).filter((object) => object.kind === kind);
    for (const { metadata } of objects) metadata.name += suffix;
    // The output has the object by any name: that of a Job ends with a digest.
    const create = ["create", "--validate=strict", "-o", "json", "-f", "-"];
    const { stdout } = await run("kubectl", create, { input: asText(objects) });
    const { spec } = JSON.parse(stdout) as KubernetesObject;
    return spec.template.spec.containers[0];
  }

  before(() => run("kubectl", ["create", "namespace", NAMESPACE]));
  after(() => run("kubectl", ["delete", "namespace", NAMESPACE, "--wait=false"]));

  it("are expanded and otherwise unchanged in a service", async () => {
    const { env, command, args, probe } = started(await containerOf(plan, "web", "Deployment"), secrets);
    const login = `app:${SECRETS["db-app"]}`;
    assert.deepEqual(env, {
      A_URL: "http://db:80/x",
      B_HOSTPORT: "db:80",
      C_HOST: "db",
      LITERAL: "$$, $$$, $(C_HOST), $(a b), $(open, 5$é",
      DSN: `${login}@db/$$`,
      LOGIN: login,
      "discovery.type": "single-node",
      "cluster-name": "single-node",
      // From the memory limit of a node service.
      NODE_OPTIONS: "--max-old-space-size=384",
    });
    assert.deepEqual(command, ["/app", "--db", "db", "$$"]);
    assert.deepEqual(args, ["http://db:80/x", `--dsn=${login}@db/$$`, "pid $$", "$(A_URL)"]);
    assert.deepEqual(probe, ["sh", "-c", `check http://db:80/x ${env.LITERAL} $(date) $$`]);
  });

  it("do not change the files of a service: texts, bytes and those with passwords", async () => {
    const { chart, values } = plan.releases.web as Plan["releases"][string];
    assert.ok("path" in chart);
    const rendered = await renderText({ chart: chart.path, values, name: "web", namespace: NAMESPACE });
    const map = parseObjects(rendered).find(
      ({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "web-files",
    );
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "web-files", namespace: NAMESPACE },
      stringData: mapValues(plan.secrets["web-files"]?.keys ?? {}, (parts) => fillText(parts, SECRETS)),
    };
    const create = ["create", "--validate=strict", "-o", "json", "-f", "-"];
    const created = async (object: KubernetesObject): Promise<KubernetesObject> =>
      JSON.parse((await run("kubectl", create, { input: asText([object]) })).stdout);
    const { data, binaryData } = await created(map);
    assert.deepEqual(data, { "app-a-txt": files["/app/a.txt"] });
    assert.deepEqual(binaryData, { "app-a-bin": "AP8B" });
    const { data: kept } = await created(secret);
    const json = Buffer.from(kept["app-a-json"], "base64").toString();
    assert.deepEqual(JSON.parse(json), { dsn: `db ${SECRETS["db-app"]} $(C_HOST)` });
    const { volumeMounts } = await containerOf(plan, "web", "Deployment", "files");
    const mounts = volumeMounts.filter(({ mountPath }: KubernetesObject) => mountPath.startsWith("/app/"));
    assert.deepEqual(
      mounts.map(({ name, mountPath, subPath }: KubernetesObject) => [name, mountPath, subPath]).sort(),
      [
        ["files", "/app/a.bin", "app-a-bin"],
        ["files", "/app/a.txt", "app-a-txt"],
        ["secret-files", "/app/a.json", "app-a-json"],
      ],
    );
  });

  it("and the script of a loader arrive as written", async () => {
    const { env, command, args } = started(await containerOf(plan, "db-load-seed", "Job"), secrets);
    assert.deepEqual([...(command ?? []), ...(args ?? [])], ["sh", "-euc", SCRIPT]);
    assert.deepEqual(env, { HOME: "/tmp", HOST: "db", MARK: "$$" });
  });
});
