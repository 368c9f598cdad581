/** Requests and limits, including disk: per service, store and loader, in the inventory and in the stack. */
import assert from "node:assert/strict";
import type { Application, Resources } from "../../src/model/application";
import { planFor, problemsOf, redis, service } from "../support";

const withDisk = (limit?: string, request?: string): Resources => ({
  requests: { cpu: "50m", memory: "64Mi", ...(request && { "ephemeral-storage": request }) },
  limits: { memory: "128Mi", ...(limit && { "ephemeral-storage": limit }) },
});

const shop = (resources: Resources): Application => ({
  name: "shop",
  description: "A test",
  services: { web: service({ resources, uses: ["cache"] }) },
  stores: {
    cache: redis({
      resources,
      loaders: {
        seed: {
          does: "seeds",
          image: { repository: "example.com/seed", tag: "1" },
          script: "true",
          env: {},
          resources,
        },
      },
    }),
  },
});

const DISTRIBUTIONS = ["upstream", "bitnami"];

/** Returns the disk requests and limits of a release's values. */
function diskOf(
  application: Application,
  release: string,
  config: Record<string, unknown> = {},
): (string | undefined)[] {
  const values = planFor(application, config).releases[release]?.values as Record<string, unknown>;
  const { requests, limits } = ((values.master as typeof values)?.resources ?? values.resources) as Record<
    "requests" | "limits",
    Record<string, string>
  >;
  return [requests["ephemeral-storage"], limits["ephemeral-storage"]];
}

describe("the ephemeral storage of a container", () => {
  for (const distribution of DISTRIBUTIONS)
    for (const release of ["web", "cache", "cache-load-seed"]) {
      it(`is set by the inventory: ${release}, ${distribution}`, () => {
        const disk = (limit?: string, request?: string) =>
          diskOf(shop(withDisk(limit, request)), release, { distribution });
        assert.deepEqual(disk("4Gi", "2Gi"), ["2Gi", "4Gi"]);
        const [request, limit] = disk("16Mi");
        assert.deepEqual([request, limit], ["16Mi", "16Mi"], "the default request would be above the limit");
        assert.ok([undefined, "64Mi"].includes(disk("4Gi")[0]));
      });

      it(`cannot exceed its limit: ${release}, ${distribution}`, () => {
        const refused = (limit?: string, request?: string) =>
          problemsOf(() => planFor(shop(withDisk(limit, request)), { distribution })).map(
            ({ where, what }) => `${where}: ${what}`,
          );
        const place = {
          web: "service web",
          cache: "store cache",
          "cache-load-seed": "store cache, loader seed",
        };
        const where = `apps/shop.ts: ${place[release as keyof typeof place]}: the request of 3Gi ephemeral-storage`;
        for (const problems of [refused("2Gi", "3Gi"), refused(undefined, "3Gi")])
          assert.ok(
            problems.some((problem) => problem.startsWith(where)),
            problems.join("\n"),
          );
      });
    }

  it("can be set by the stack", () => {
    const resources = { limits: { "ephemeral-storage": "3Gi" } };
    const config = {
      distribution: "upstream",
      services: { web: { resources } },
      stores: { cache: { resources } },
    };
    assert.equal(diskOf(shop(withDisk("1Gi")), "web", config)[1], "3Gi");
    assert.equal(diskOf(shop(withDisk("1Gi")), "cache", config)[1], "3Gi");
  });
});
