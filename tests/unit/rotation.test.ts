/** The plan of a rotation: its parts, their order, and its progress. */
import assert from "node:assert/strict";
import type { Service, StoreKind } from "../../src/model/application";
import { password, text, username } from "../../src/model/text";
import { type Deployed, deployedStore } from "../../src/plan/deployed";
import type { Plan } from "../../src/plan/plan";
import { application, problemsOf, service } from "../support";
import { deployedFrom, planFor, storeOf } from "./store-examples";

const KINDS: readonly StoreKind[] = ["mysql", "mongodb", "rabbitmq"];

const shopWith = (kind: StoreKind) =>
  application({
    services: {
      web: service({ uses: ["db"], env: { URL: text`${username("db", "app")}:${password("db", "app")}` } }),
    },
    stores: { db: storeOf(kind) },
  });

const at = (generation: number) => ({ stores: { db: { generation } } });

const without = (state: Deployed, release: string): Deployed =>
  Object.fromEntries(Object.entries(state).filter(([name]) => name !== release));

/** Returns everything that comes before a release or Secret, directly or indirectly. */
function comesBefore(
  { releases, secrets }: Plan,
  start: { release: string } | { secret: string },
): Set<string> {
  const found = new Set<string>();
  const visit = (needs: string[], read: string[]) => {
    for (const name of needs)
      if (!found.has(`release ${name}`)) {
        found.add(`release ${name}`);
        visit(releases[name]?.needs ?? [], releases[name]?.secrets ?? []);
      }
    for (const name of read)
      if (!found.has(`secret ${name}`)) {
        found.add(`secret ${name}`);
        visit(secrets[name]?.needs ?? [], []);
      }
  };
  if ("release" in start) visit([start.release], []);
  else visit([], [start.secret]);
  return found;
}

for (const kind of KINDS)
  describe(`the rotation of a running ${kind}`, () => {
    const first = planFor(shopWith(kind));
    const deployed = deployedFrom(first);
    const second = planFor(shopWith(kind), at(2), deployed);

    it("has two Jobs: one before every Secret with a new password, one after every pod that reads one", () => {
      for (const [name, { keys }] of Object.entries(second.secrets)) {
        const used = Object.values(keys).flatMap((parts) =>
          parts.flatMap((part) => (typeof part === "string" ? [] : [part.credential])),
        );
        const isNew = used.some((credential) => credential.endsWith("-2"));
        if (isNew && !name.includes("rotate"))
          assert.ok(comesBefore(second, { secret: name }).has("release db-rotate-2-begin"), name);
      }
      const last = comesBefore(second, { release: "db-rotate-2-end" });
      for (const name of Object.keys(second.releases)) assert.ok(last.has(`release ${name}`), name);
      // There is no cycle.
      for (const name of ["db", "web"])
        assert.ok(!comesBefore(second, { release: name }).has("release db-rotate-2-end"));
      assert.ok(!comesBefore(second, { release: "db-rotate-2-begin" }).has("release db"));
    });

    it("keeps the old passwords for the Jobs only, unprotected", () => {
      const old = Object.keys(second.credentials).filter((name) => first.credentials[name]);
      assert.ok(old.length > 0);
      for (const [name, { keys }] of Object.entries(second.secrets))
        if (!name.includes("rotate") && kind !== "rabbitmq")
          for (const credential of old)
            assert.ok(!JSON.stringify(keys).includes(`"${credential}"`), `${name} ${credential}`);
    });

    it("restarts the store and its clients by a change of their own values", () => {
      for (const name of ["db", "web"])
        assert.notDeepEqual(second.releases[name]?.values, first.releases[name]?.values, name);
      assert.match(JSON.stringify(second.releases.db?.values), /"flotilla.dev\/generation":"2"/);
    });

    it("keeps the old passwords until old pods of clients have ended, which Helm does not wait for", () => {
      const slow = shopWith(kind);
      Object.assign(slow.services.web as Service, { shutdown: { graceSeconds: 90, reason: "a test" } });
      const plan = planFor(slow, at(2), deployedFrom(planFor(slow)));
      const valuesOf = (job: string) => JSON.stringify(plan.releases[job]?.values);
      assert.match(valuesOf("db-rotate-2-end"), /"DRAIN_SECONDS":"100"/);
      assert.match(valuesOf("db-rotate-2-end"), /sleep[ (].{0,20}DRAIN_SECONDS/);
      assert.match(valuesOf("db-rotate-2-end"), /"activeDeadlineSeconds":580/);
      assert.doesNotMatch(valuesOf("db-rotate-2-begin"), /DRAIN_SECONDS/);
    });

    it("has the same plan while it runs", () => {
      const begun = deployedFrom(second)["db-rotate-2-begin"] as Deployed[string];
      const stages: Deployed[] = [
        deployed,
        { ...deployed, "db-rotate-2-begin": begun },
        { ...without(deployedFrom(second), "db-rotate-2-end"), web: deployed.web as Deployed[string] },
        without(deployedFrom(second), "db-rotate-2-end"),
      ];
      for (const stage of stages) assert.deepEqual(planFor(shopWith(kind), at(2), stage), second);
    });

    it("is complete after it: its Jobs stay, nothing waits for them, and nothing runs them again", () => {
      const after = planFor(shopWith(kind), at(2), deployedFrom(second));
      assert.deepEqual(Object.keys(after.releases), Object.keys(second.releases));
      assert.deepEqual(Object.keys(after.credentials), Object.keys(second.credentials));
      for (const [name, { keys, needs }] of Object.entries(after.secrets)) {
        assert.deepEqual(keys, second.secrets[name]?.keys);
        assert.deepEqual(needs, []);
      }
      for (const [name, release] of Object.entries(after.releases)) {
        assert.deepEqual(release.values, second.releases[name]?.values);
        assert.equal(release.done ?? false, name.startsWith("db-rotate-"));
      }
      assert.deepEqual(planFor(shopWith(kind), at(2), deployedFrom(after)), after);
    });

    it("protects the new passwords once they are the only ones: until then it can be cancelled", () => {
      const start = planFor(shopWith(kind));
      const during = planFor(shopWith(kind), at(2), deployedFrom(start));
      const after = planFor(shopWith(kind), at(2), deployedFrom(during));
      const isProtected = (plan: Plan, name: string) =>
        (plan.credentials[name] as { protect: boolean }).protect;
      assert.equal(isProtected(start, "db-app"), true);
      assert.equal(isProtected(during, "db-app-2"), false);
      assert.equal(isProtected(during, "db-app"), false);
      assert.equal(isProtected(after, "db-app-2"), true);
    });

    it("is refused if the deployed policies block it", () => {
      const old = structuredClone(deployed);
      delete old.db?.values.podAnnotations;
      delete (old.db?.values.primary as { podAnnotations?: object } | undefined)?.podAnnotations;
      const [problem] = problemsOf(() => planFor(shopWith(kind), at(2), old));
      assert.match(problem?.what ?? "", /network policies block rotation Jobs/);
      assert.match(problem?.todo ?? "", /Set it to 1 and run npx flotilla up --stack \w+\. Then rotate/);
    });

    it("is not part of a store that starts with a later generation", () => {
      const fresh = planFor(shopWith(kind), at(3));
      assert.ok(Object.keys(fresh.releases).every((name) => !name.includes("rotate")));
      assert.ok(Object.values(fresh.credentials).length === Object.values(first.credentials).length);
      assert.deepEqual(planFor(shopWith(kind), at(3), deployedFrom(fresh)), fresh);
    });

    it("can be cancelled before its end: the old passwords still work, and all clients get them back", () => {
      const halfway = without(deployedFrom(second), "db-rotate-2-end");
      assert.deepEqual(planFor(shopWith(kind), at(1), halfway), first);
    });

    it("only goes forward, by one generation", () => {
      const problem = (generation: number, stage: Deployed) =>
        problemsOf(() => planFor(shopWith(kind), at(generation), stage))[0];
      assert.match(problem(3, deployed)?.what ?? "", /the generation goes from 1 to 3/);
      assert.match(
        problem(1, deployedFrom(second))?.what ?? "",
        /the generation goes back to 1, but generation 2/,
      );
      assert.match(problem(1, deployedFrom(second))?.todo ?? "", /npx flotilla rotate db/);
      const halfway = without(deployedFrom(second), "db-rotate-2-end");
      assert.match(problem(3, halfway)?.what ?? "", /the generation goes from 1 to 3/);
      const third = planFor(shopWith(kind), at(3), deployedFrom(second));
      assert.ok(third.releases["db-rotate-3-begin"]);
      assert.equal(third.releases["db-rotate-2-begin"], undefined);
      // An end that failed is not in the state: the one before it shows the progress.
      const failed = { ...deployedFrom(second), ...without(deployedFrom(third), "db-rotate-3-end") };
      assert.deepEqual(planFor(shopWith(kind), at(3), failed), third);
      assert.doesNotThrow(() => planFor(shopWith(kind), at(2), failed));
    });

    it("has its progress in the state", () => {
      const finished = (state: Deployed) => deployedStore(state, "db")?.finished;
      assert.equal(finished(deployed), 1);
      assert.equal(finished(without(deployedFrom(second), "db-rotate-2-end")), 1);
      assert.equal(finished(deployedFrom(second)), 2);
      assert.equal(finished(deployedFrom(planFor(shopWith(kind), at(7)))), 7);
    });

    it("gives clients the user name of their generation", () => {
      const [login] = second.secrets["web-env"]?.keys.URL ?? [];
      assert.equal(login, kind === "mysql" ? "app:" : "app_2:");
    });
  });

describe("the rotation of a redis", () => {
  it("needs no Job: its pods and clients restart with the new password", () => {
    const shop = application({
      services: { web: service({ uses: ["db"], env: { PASSWORD: text`${password("db", "default")}` } }) },
      stores: { db: storeOf("redis") },
    });
    const first = planFor(shop);
    const second = planFor(shop, at(2), deployedFrom(first));
    assert.deepEqual(Object.keys(second.releases), ["db", "web"]);
    // The old password stays for a while: a protected one cannot be deleted by the update that replaces it.
    assert.deepEqual(Object.keys(second.credentials).sort(), ["db-default", "db-default-2"]);
    assert.notDeepEqual(second.releases.web?.values, first.releases.web?.values);
    // The new password is protected once it is the only one.
    const after = planFor(shop, at(2), deployedFrom(second));
    assert.deepEqual(after.releases, second.releases);
    assert.deepEqual(planFor(shop, at(2), deployedFrom(after)), after);
  });
});
