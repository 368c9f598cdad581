/** Memory and processor settings follow the limits of containers. */
import assert from "node:assert/strict";
import execa from "execa";
import { limitVariables } from "../../src/plan/services/limit-variables";
import { mysqlBufferPool } from "../../src/plan/stores/memory";
import { planOf, valuesOf } from "../support";

const MI = 2 ** 20;
const limited = (memory: string) => ({ resources: { limits: { memory } } });

describe("a store follows its memory limit", () => {
  const valuesWith = (distribution: "bitnami" | "upstream", store: string, memory: string) =>
    JSON.stringify(valuesOf(planOf({ distribution, stores: { [store]: limited(memory) } }), store));

  it("redis refuses writes below it, in both distributions", () => {
    const bytes = 384 * MI;
    assert.match(
      valuesWith("upstream", "redis", "512Mi"),
      new RegExp(`--maxmemory","${bytes}","--maxmemory-policy","noeviction`),
    );
    assert.match(
      valuesWith("bitnami", "redis", "512Mi"),
      new RegExp(`"--maxmemory ${bytes}","--maxmemory-policy noeviction"`),
    );
  });

  it("rabbitmq takes it for the available memory", () => {
    assert.match(
      valuesWith("upstream", "rabbitmq", "1Gi"),
      new RegExp(`"-rabbit total_memory_available_override_value ${1024 * MI}"`),
    );
  });

  it("mysql's buffer pool leaves room for the server, in both distributions", () => {
    for (const distribution of ["bitnami", "upstream"] as const)
      assert.match(
        valuesWith(distribution, "mysql", "1Gi"),
        new RegExp(`--innodb-buffer-pool-size=${384 * MI}.*--innodb-buffer-pool-instances=1`),
      );
  });

  it("mysql does not round its buffer pool up", () => {
    const pool = (limit: number) => {
      const { bytes, instances } = mysqlBufferPool(limit * MI);
      assert.equal(bytes % (128 * MI * instances), 0);
      return [bytes / MI, instances];
    };
    assert.deepEqual([256, 512, 1024, 4096, 16384].map(pool), [
      [128, 1],
      [128, 1],
      [384, 1],
      [2560, 2],
      [11264, 8],
    ]);
  });

  it("has no setting without a limit", () => {
    const nothing = { resources: { limits: { memory: null } } };
    for (const store of ["redis", "mysql", "rabbitmq"]) {
      const plan = planOf({ distribution: "upstream", stores: { [store]: nothing } });
      assert.doesNotMatch(JSON.stringify(valuesOf(plan, store)), /maxmemory|buffer-pool|override_value|NaN/);
    }
  });
});

describe("a service's runtime follows its limits", () => {
  it("for runtimes that do not read them", () => {
    const limits = { memory: "512Mi", cpu: "500m" };
    assert.deepEqual(limitVariables("node", limits), { NODE_OPTIONS: "--max-old-space-size=384" });
    assert.deepEqual(limitVariables("go", limits), { GOMEMLIMIT: "460MiB", GOMAXPROCS: "2" });
    assert.deepEqual(limitVariables("go", { cpu: "2500m" }), { GOMAXPROCS: "3" });
    assert.deepEqual(limitVariables("node", {}), {});
    for (const language of ["java", "dotnet", "python", "rust"] as const)
      assert.deepEqual(limitVariables(language, limits), {});
  });

  it("with the stack's limits, unless the service sets the variable itself", () => {
    const env = (services: Record<string, object>) =>
      valuesOf(planOf({ services }), "catalogue").env as Record<string, unknown>;
    assert.equal(env({ catalogue: limited("1Gi") }).NODE_OPTIONS, "--max-old-space-size=768");
    const own = { ...limited("1Gi"), env: { NODE_OPTIONS: "--max-old-space-size=100" } };
    assert.equal(env({ catalogue: own }).NODE_OPTIONS, "--max-old-space-size=100");
  });

  it("as Node itself reads it", async () => {
    const { stdout } = await execa("node", ["-p", "v8.getHeapStatistics().heap_size_limit / 2 ** 20"], {
      env: limitVariables("node", { memory: "512Mi" }),
    });
    assert.ok(Number(stdout) >= 384 && Number(stdout) < 512, stdout);
  });
});
