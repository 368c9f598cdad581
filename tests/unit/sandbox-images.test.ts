/** Which images a sandbox builds, and from what. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isBuilt, removeOthers, standInOf } from "../../dev/sandbox/images/archives";
import { chooseImages, EXAMPLES, registriesOf } from "../../dev/sandbox/images/choice";
import { entrypointOf, missingPrograms } from "../../dev/sandbox/images/debian";
import { hasExample } from "../../dev/sandbox/images/example";
import { RECIPES } from "../../dev/sandbox/images/recipes";
import { usersOf } from "../../dev/sandbox/images/root-files";
import { fullName } from "../../src/model/image-formats";
import { imagesOfPlan } from "../../src/plan/rules/from-values";
import { LOCAL_CHARTS, planned } from "../environments";
import { settingsOf } from "../support";

const REDIS = "docker.io/library/redis:8.2.1";
const ORDERS = "docker.io/myregistry/order-service:1.0.0";
const WEB = "docker.io/robotshop/rs-web:2.1.0";

describe("images of a sandbox with real nodes", () => {
  it("are named as containerd names them", () => {
    assert.equal(fullName("redis:8.2.1"), REDIS);
    assert.equal(fullName("myregistry/order-service:1.0.0"), ORDERS);
    assert.equal(fullName("registry.example.com:5000/shop:1"), "registry.example.com:5000/shop:1");
  });

  it("are pulled where the registry can be reached, except those of examples, which no registry has", () => {
    assert.deepEqual(chooseImages([REDIS, ORDERS, WEB], EXAMPLES, []), {
      build: [{ image: ORDERS, tag: "1.0.0", from: { example: "order-service" } }],
      missing: [],
    });
    assert.deepEqual(registriesOf([ORDERS], EXAMPLES), []);
  });

  it("are built where it cannot, and named if there is no recipe", () => {
    assert.deepEqual(chooseImages([REDIS, ORDERS, WEB], EXAMPLES, ["docker.io"]), {
      build: [
        { image: REDIS, tag: "8.2.1", from: { recipe: "redis" } },
        { image: ORDERS, tag: "1.0.0", from: { example: "order-service" } },
      ],
      missing: [WEB],
    });
  });

  it("are not built for a digest, which they could not have", () => {
    const pinned = `docker.io/library/redis@sha256:${"0".repeat(64)}`;
    assert.deepEqual(chooseImages([pinned], {}, ["docker.io"]), { build: [], missing: [pinned] });
  });

  it("are pulled in a project without the source of the example", () => {
    assert.deepEqual(chooseImages([ORDERS], {}, ["docker.io"]), { build: [], missing: [ORDERS] });
  });

  it("have a recipe for everything that order-service needs in the sandbox", () => {
    const { plan, config } = planned("order-service", "local", LOCAL_CHARTS);
    const images = imagesOfPlan(plan, settingsOf(config).settings).map(fullName);
    assert.ok(images.includes("docker.io/library/busybox:1.37.0"), images.join(", "));
    assert.deepEqual(chooseImages(images, EXAMPLES, ["docker.io"]).missing, []);
    assert.ok(Object.values(EXAMPLES).every(hasExample));
  });
});

describe("a recipe", () => {
  it("has the entrypoint that it names", () => {
    for (const [name, { hasEntrypoint }] of Object.entries(RECIPES))
      assert.equal(existsSync(entrypointOf(name)), hasEntrypoint === true, name);
  });

  it("names the programs that are missing to build it", () => {
    assert.deepEqual(missingPrograms(RECIPES.redis as never, "/nowhere"), ["mmdebstrap"]);
    assert.deepEqual(missingPrograms(RECIPES.kafka as never, "/nowhere"), ["mmdebstrap", "mvn"]);
  });

  it("has a user that programs find by its number", () => {
    const { "/etc/passwd": users } = usersOf({ name: "mysql", id: 999, home: "/var/lib/mysql" });
    assert.match(users as string, /^mysql:x:999:999::\/var\/lib\/mysql:\/bin\/sh$/m);
  });

  it("gives another image for another tag", () => {
    const [one, two] = ["4.1.0", "4.1.1"].map((tag) => standInOf("kafka", "kafka", tag).identity);
    assert.notDeepEqual(one, two);
  });
});

describe("the archives of an image that was built", () => {
  it("replace those with another content, and leave other images and the user's own", () => {
    const folder = mkdtempSync(join(tmpdir(), "flotilla-archives-"));
    try {
      const names = ["a_x_1-old.tar", "a_x_1-new.tar", "a_y_1-old.tar"].map((name) => `flotilla-${name}`);
      for (const name of [...names, "mine.tar"]) writeFileSync(join(folder, name), "");
      assert.ok(isBuilt("a/x:1", folder));
      assert.equal(isBuilt("a/z:1", folder), false);
      removeOthers(join(folder, "flotilla-a_x_1-new.tar"), "a/x:1");
      assert.deepEqual(readdirSync(folder).sort(), [
        "flotilla-a_x_1-new.tar",
        "flotilla-a_y_1-old.tar",
        "mine.tar",
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
