/** Paths in messages: `pulumi config set --path` accepts them as written. */
import assert from "node:assert/strict";
import { pathOf } from "../../src/model/paths";

describe("the path of a key", () => {
  for (const [path, expected] of [
    [["services", "cart", "env", "LOG_LEVEL"], "services.cart.env.LOG_LEVEL"],
    [["services", "search", "env", "discovery.type"], 'services.search.env["discovery.type"]'],
    [["registryMirrors", "docker.io"], 'registryMirrors["docker.io"]'],
    [["a.b", "c"], '["a.b"].c'],
    [["a", 'x"y', "[0]"], 'a["x\\"y"]["[0]"]'],
    [["layers", 1], "layers[1]"],
    [["a", ""], 'a[""]'],
  ] as const)
    it(expected, () => assert.equal(pathOf(path), expected));
});
