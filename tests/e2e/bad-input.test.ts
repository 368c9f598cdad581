/** User errors, through the engine: one clear message, no stack trace, nothing deployed. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { long } from "./long";
import { exists, projectStack, read, type Stack, testWorld } from "./world";

const namespace = "e2e-bad-input";
const good = `config:
  flotilla:environment: local
  flotilla:distribution: upstream
  flotilla:namespace: ${namespace}
`;

describe("bad input", () => {
  let stack: Stack;
  let salt: string;
  const file = () => join(stack.folder, "Pulumi.bad.yaml");

  before(async () => {
    stack = await projectStack("bad", { environment: "local", distribution: "upstream", namespace });
    salt = read(file())
      .split("\n")
      .find((line) => line.startsWith("encryptionsalt")) as string;
  });
  after(() => stack.remove());

  async function refusal(config: string, environment: NodeJS.ProcessEnv = {}): Promise<string> {
    writeFileSync(file(), `${config}${salt}\n`);
    const { exitCode, all = "" } = await stack.pulumi(["up", "--yes", "--skip-preview"], {
      reject: false,
      env: environment,
    });
    assert.notEqual(exitCode, 0);
    assert.doesNotMatch(all, /^\s+at .*\.(ts|js):\d+/m, "no stack trace");
    assert.equal(await exists("namespace", namespace), false, "nothing is deployed");
    return all;
  }

  it("a misspelled key: file, line and the nearest key", async () => {
    const all = await refusal(`${good}  flotilla:servces: {}\n`);
    assert.match(all, /1 problem, nothing was deployed/);
    assert.match(all, /Pulumi\.bad\.yaml:5 flotilla:servces: unknown setting/);
    assert.match(all, /Did you mean "services"\?/);
  });

  long("several wrong keys: all at once", async () => {
    const all = await refusal(
      `${good}  flotilla:services:\n    catalog: { tag: "1" }\n    cart: { tag: 1.10 }\n`,
    );
    assert.match(all, /2 problems, nothing was deployed/);
    assert.match(all, /Pulumi\.bad\.yaml:6 flotilla:services\.catalog: robot-shop has no service "catalog"/);
    assert.match(
      all,
      /Pulumi\.bad\.yaml:7 flotilla:services\.cart\.tag: YAML reads 1\.10 as the number 1\.1/,
    );
  });

  long("a timestamp, which the engine would deploy as different text", async () => {
    const all = await refusal(`${good}  flotilla:services: { cart: { env: { RELEASED: 2024-01-15 } } }\n`);
    assert.match(all, /1 problem, nothing was deployed/);
    assert.match(
      all,
      /Pulumi\.bad\.yaml:5 flotilla:services\.cart\.env\.RELEASED: YAML reads 2024-01-15 as a time/,
    );
    assert.match(all, /Put quotes around it: "2024-01-15"\./);
  });

  long("no environment", async () => {
    const all = await refusal(`config:\n  flotilla:namespace: ${namespace}\n`);
    assert.match(all, /Pulumi\.bad\.yaml flotilla:environment: the setting is missing/);
    assert.match(all, /Add it to Pulumi\.bad\.yaml: flotilla:environment: local \| dev \| staging \| prod/);
  });

  long("an unknown environment and an unknown application", async () => {
    const all = await refusal(
      `${good.replace("environment: local", "environment: lokal")}  flotilla:application: sock-shop\n`,
    );
    assert.match(all, /:2 flotilla:environment: unknown environment "lokal"/);
    assert.match(all, /:5 flotilla:application: unknown application "sock-shop"/);
  });

  long("a context that does not exist", async () => {
    const all = await refusal(`${good}  flotilla:cluster: { context: kwok-flotila }\n`);
    assert.match(all, /has no context "kwok-flotila"/);
    assert.match(
      all,
      /Did you mean "kwok-flotilla"\? .*pulumi config set --path flotilla:cluster\.context <context> --stack bad/,
    );
  });

  it("prod without an explicit cluster", async () => {
    const all = await refusal(good.replace("environment: local", "environment: prod"));
    assert.match(all, /prod must name its cluster: it never follows the current context/);
  });

  it("a cluster that cannot be reached", async () => {
    const gone = join(stack.folder, "gone.yaml");
    writeFileSync(
      gone,
      readFileSync(testWorld.kubeconfig, "utf8").replace(/server: .*/, "server: https://127.0.0.1:1"),
    );
    const all = await refusal(good, { KUBECONFIG: gone });
    assert.match(
      all,
      /context "kwok-flotilla" at https:\/\/127\.0\.0\.1:1 cannot be reached: connection refused/,
    );
    assert.match(all, /kubectl --context kwok-flotilla get nodes/);
  });

  long("a service that uses an unknown store, and stores in a cycle", async () => {
    const inventory = join(stack.folder, "apps", "robot-shop.ts");
    const original = read(inventory);
    writeFileSync(
      inventory,
      original
        .replace('uses: ["redis", "catalogue"]', 'uses: ["redis", "catalogue", "postgres"]')
        .replace('kind: "mysql",', 'kind: "mysql",\n      needs: ["rabbitmq"],')
        .replace('kind: "rabbitmq",', 'kind: "rabbitmq",\n      needs: ["mysql"],'),
    );
    const all = await refusal(good);
    assert.match(
      all,
      /apps\/robot-shop\.ts: service cart: uses "postgres", which is not a service, store or external/,
    );
    assert.match(all, /the `needs` of stores form a cycle: mysql -> rabbitmq -> mysql/);
    writeFileSync(inventory, original.replaceAll("dispatch: {", `"${"d".repeat(54)}": {`));
    assert.match(await refusal(good), /the release name has 54 characters; Helm allows 53/);
    writeFileSync(inventory, original);
  });

  it("a broken chart", async () => {
    const chart = join(stack.folder, "charts", "microservice", "Chart.yaml");
    const original = read(chart);
    writeFileSync(chart, "name: [\n");
    assert.match(await refusal(good), /charts\/microservice\/Chart\.yaml: the file cannot be read/);
    writeFileSync(chart, original);
  });
});
