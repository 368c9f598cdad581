/** What an update has seen is kept, after Helm has removed the pods. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explain } from "../../cli/core/explain/explain";
import type { Cause, Reason } from "../../cli/core/explain/reason";
import { addSeen, type SeenReason, withSeen } from "../../cli/core/explain/seen";
import { forgetSeen, keepSeen, readSeen } from "../../cli/stack/seen";

const reason = (cause: Cause, what: string, more: Partial<Reason> = {}): Reason => ({
  cause,
  object: "Pod web-5d9f-aaaaa",
  what,
  todo: ["kubectl -n shop logs web-5d9f-aaaaa -c web --tail=50", "pulumi config set x"],
  ...more,
});
const at = (minute: number) => `2026-01-01T12:${String(minute).padStart(2, "0")}:00.000Z`;
const causes = (reasons: readonly Reason[]) => reasons.map(({ cause }) => cause);

describe("what an update has seen", () => {
  const killed = reason("memory", "container web used more memory than its limit of 128Mi and was killed", {
    said: ["the last line"],
  });

  it("keeps the cause that is no longer visible: an OOM kill before a failed probe", () => {
    const seen = addSeen(addSeen([], [killed], at(1)), [reason("probe", "its probe fails")], at(2));
    assert.deepEqual(causes(seen), ["memory", "probe"]);
    assert.deepEqual(causes(addSeen(seen, [reason("waiting", "it waits")], at(3))), ["memory", "waiting"]);
    assert.equal(addSeen(seen, [{ ...killed, what: "twice" }], at(4))[0]?.what, "twice");
    assert.deepEqual(addSeen(seen, [], at(5)), seen);
  });

  it("keeps the last lines of a container that has been removed since", () => {
    const { said, ...silent } = reason("crash", "it exited twice", { said: ["the configuration is broken"] });
    const before = addSeen([], [{ ...silent, what: "it exited", said: said as string[] }], at(1));
    assert.deepEqual(addSeen(before, [silent], at(2)), [{ ...silent, said, seenAt: at(2) }]);
    const other = { ...silent, object: "Pod web-5d9f-bbbbb" };
    assert.equal(addSeen(before, [other], at(2))[0]?.said, undefined, "another pod");
  });

  it("is shown with its time, without commands about a pod that is gone", () => {
    const [shown] = withSeen([], addSeen([], [killed], at(3)));
    assert.match(
      shown?.what ?? "",
      /^seen during the update at 2026-01-01 12:03 UTC: container web used more/,
    );
    assert.deepEqual(shown?.todo, ["pulumi config set x"]);
    assert.deepEqual(shown?.said, ["the last line"]);
  });

  it("replaces vaguer events of the same pods, and gives way to what is visible now", () => {
    const seen = addSeen([], [killed], at(1));
    const event = reason("crash", "one of its containers kept crashing", { gone: true });
    assert.deepEqual(causes(withSeen([event], seen)), ["memory"]);
    assert.deepEqual(causes(withSeen([reason("image", "no such image", { gone: true })], seen)), [
      "memory",
      "image",
    ]);
    const now = reason("memory", "now");
    assert.deepEqual(withSeen([now], seen), [now]);
    assert.deepEqual(withSeen([event], []), [event]);
  });

  it("is part of the explanation of a release that Helm has removed", () => {
    const [finding] = explain(
      [{ name: "web", kind: "service", error: "timed out" }],
      { pods: [], workloads: [], replicaSets: [], claims: [], events: [] },
      { stack: "dev", namespace: "shop", since: 0, seen: { web: addSeen([], [killed], at(1)) } },
    );
    assert.match(finding?.reasons[0]?.what ?? "", /seen during the update .* its limit of 128Mi/);
  });

  it("is read until another update starts", () => {
    const folder = mkdtempSync(join(tmpdir(), "flotilla-seen-"));
    try {
      const seen = { web: addSeen([], [killed], at(1)) as SeenReason[] };
      assert.deepEqual(readSeen("dev", undefined, folder), {});
      keepSeen("me/shop/dev", seen, folder);
      const file = join(folder, ".flotilla/seen/dev.json");
      assert.equal(statSync(file).mode & 0o777, 0o600);
      const { writtenAt } = JSON.parse(readFileSync(file, "utf8")) as { writtenAt: string };
      assert.deepEqual(readSeen("dev", undefined, folder), seen);
      assert.deepEqual(readSeen("dev", writtenAt, folder), seen);
      const later = new Date(Date.parse(writtenAt) + 1000).toISOString();
      assert.deepEqual(readSeen("dev", later, folder), {});
      keepSeen("prod", seen, folder);
      forgetSeen("dev", folder);
      assert.deepEqual(readSeen("dev", undefined, folder), {});
      assert.deepEqual(readSeen("prod", undefined, folder), seen, "that of another stack stays");
      forgetSeen("prod", folder);
      assert.deepEqual(readdirSync(join(folder, ".flotilla")), [], "nothing is left behind");
      forgetSeen("prod", folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
