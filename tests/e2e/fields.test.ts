/** docs/inventory.md says of every field of the API server's own schemas where it is in an inventory, or why it is not. */
import assert from "node:assert/strict";
import { FIELDS } from "../../dev/generate/fields";
import { run } from "./world";

interface Document {
  components: { schemas: Record<string, { properties?: object }> };
}

describe("the fields of Kubernetes", () => {
  for (const { title, schema, places } of FIELDS) {
    if (schema === undefined) continue;
    const { document, name } = schema;
    it(`are all in docs/inventory.md: ${title}`, async () => {
      const { stdout } = await run("kubectl", ["get", "--raw", `/openapi/v3/${document}`]);
      const found = (JSON.parse(stdout) as Document).components.schemas[name];
      assert.ok(found?.properties, `${name} is not in ${document}`);
      assert.deepEqual(Object.keys(places).sort(), Object.keys(found.properties).sort());
    });
  }
});
