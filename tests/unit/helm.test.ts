/** Values reach helm, which reads them as YAML, unchanged. */
import assert from "node:assert/strict";
import { asYaml } from "../../cli/tools/helm";

describe("values for helm", () => {
  it("are JSON, with YAML line breaks escaped", () => {
    const values = { env: { A: "a\u0085b", B: 'x\\"\u2028\n😀' } };
    assert.deepEqual(JSON.parse(asYaml(values)), values);
    assert.ok(!asYaml(values).includes("\u0085"));
  });
});
