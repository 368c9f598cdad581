import assert from "node:assert/strict";
import { protectedOf } from "../../cli/core/state";

const resource = (type: string, name: string, parent = "flotilla:index:Credentials") => ({
  urn: `urn:pulumi:prod::flotilla::flotilla:index:Application$${parent}$${type}::${name}`,
  type,
  protect: true,
  outputs: { name, chart: "./charts/store", values: {} },
});
const release = (name: string) => resource("kubernetes:helm.sh/v3:Release", name, "flotilla:index:Store");
const password = (name: string) => resource("random:index/randomPassword:RandomPassword", name);
const secret = (name: string) => resource("kubernetes:core/v1:Secret", name);

describe("removing a store", () => {
  it("unprotects what belongs to it, of every generation, and nothing of another store", () => {
    const own = [
      release("orders"),
      secret("orders-auth"),
      password("orders-root"),
      password("orders-root-2"),
      password("orders-app-12"),
      password("orders-replica-set-key"),
      password("orders-erlang-cookie-2"),
    ];
    const others = [
      release("orders-archive"),
      secret("orders-archive-auth"),
      password("orders-archive-root"),
      release("mysql"),
      password("mysql-root"),
      resource("kubernetes:core/v1:Namespace", "shop-prod", "flotilla:index:Namespace"),
    ];
    const unprotected = { ...password("orders-old"), protect: false };
    assert.deepEqual(
      protectedOf([...others, ...own, unprotected], "orders"),
      own.map(({ urn }) => urn),
    );
  });
});
