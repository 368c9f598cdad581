/** Image sources: overrides, digests, mirrors. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { PROJECT } from "../../cli/tools/paths";
import { splitRepository } from "../../src/model/image-formats";
import { imageIn, WAIT_IMAGE } from "../../src/plan/images";
import { application, planFor, planOf, redis, service, settingsOf, valuesOf } from "../support";

const DIGEST = `sha256:${"0".repeat(64)}`;

describe("images", () => {
  const { settings } = settingsOf({
    registryMirrors: { "docker.io": "m.example.com/hub", "localhost:5000": "m.example.com" },
  });
  const image = { repository: "ghcr.io/shop/web", tag: "1", digest: DIGEST };

  it("can come from a registry with an IPv6 address, also through a mirror", () => {
    const image = { repository: "[2001:db8::1]:5000/team/web", tag: "1" };
    const shop = application({ services: { web: service({ image }) }, stores: { cache: redis() } });
    assert.deepEqual(valuesOf(planFor(shop), "web").image, image);
    const registryMirrors = { "example.com": "[::1]:5000/hub", "docker.io": "[::1]/hub" };
    const mirrored = application({ services: { web: service() }, stores: { cache: redis() } });
    const plan = planFor(mirrored, { registryMirrors, distribution: "upstream" });
    assert.equal(valuesOf(plan, "web").image.repository, "[::1]:5000/hub/image");
  });

  it("drop a digest that belongs to another tag or repository", () => {
    assert.deepEqual(imageIn(settings, image), image);
    assert.deepEqual(imageIn(settings, image, { tag: "2" }), { repository: image.repository, tag: "2" });
    assert.deepEqual(imageIn(settings, image, { repository: "a.io/b" }), { repository: "a.io/b", tag: "1" });
    assert.equal(imageIn(settings, image, { tag: "2", digest: DIGEST }).digest, DIGEST);
  });

  for (const [repository, mirrored] of [
    ["docker.io/robotshop/rs-cart", "m.example.com/hub/robotshop/rs-cart"],
    ["robotshop/rs-cart", "m.example.com/hub/robotshop/rs-cart"],
    ["busybox", "m.example.com/hub/library/busybox"],
    ["docker.io/redis", "m.example.com/hub/library/redis"],
    ["index.docker.io/redis", "m.example.com/hub/library/redis"],
    ["index.docker.io/robotshop/rs-cart", "m.example.com/hub/robotshop/rs-cart"],
    ["localhost:5000/web", "m.example.com/web"],
    ["ghcr.io/shop/web", "ghcr.io/shop/web"],
    ["docker.io.example.com/web", "docker.io.example.com/web"],
  ] as const)
    it(`are pulled from the registry's mirror: ${repository}`, () => {
      assert.equal(imageIn(settings, { repository, tag: "1" }).repository, mirrored);
    });

  it("are split the way container runtimes do", () => {
    assert.deepEqual(splitRepository("localhost/web"), { registry: "localhost", path: "web" });
    assert.deepEqual(splitRepository("web"), { registry: "docker.io", path: "library/web" });
  });

  it("of waiting init containers are those of the shared chart", () => {
    const { waitImage } = parse(readFileSync(join(PROJECT, "charts", "microservice", "values.yaml"), "utf8"));
    assert.deepEqual({ repository: waitImage.repository, tag: waitImage.tag }, WAIT_IMAGE);
    assert.equal(valuesOf(planOf(), "cart").waitImage, undefined, "the chart's own value");
  });

  it("all come from the mirror: services, Jobs, stores, exporters, waiting containers", () => {
    for (const distribution of ["bitnami", "upstream"]) {
      const plan = planOf({
        distribution,
        standIns: true,
        monitoring: {},
        registryMirrors: { "docker.io": "m.example.com/hub" },
      });
      const text = JSON.stringify(Object.values(plan.releases).map(({ values }) => values));
      assert.doesNotMatch(text, /"docker\.io/, distribution);
      assert.match(text, /"m\.example\.com\/hub/);
      assert.equal(valuesOf(plan, "cart").waitImage?.repository, "m.example.com/hub/library/busybox");
    }
  });
});
