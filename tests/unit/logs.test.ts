/** The last log lines of containers, as reasons show them. */
import assert from "node:assert/strict";
import type { Reason } from "../../cli/core/explain/reason";
import type { Kubectl } from "../../cli/stack/kubectl";
import { withLogs } from "../../cli/stack/logs";

const GONE = "unable to retrieve container logs for containerd://4e28910a3313\n";

/** A kubectl whose cluster has these logs, and one Secret. */
const kubectlWith = (logs: { now: string; previous: string }) =>
  ({
    run: async (args: readonly string[]) => (args.includes("--previous") ? logs.previous : logs.now),
    json: async () => ({ items: [{ data: { password: Buffer.from("hunter2hunter2").toString("base64") } }] }),
  }) as unknown as Kubectl;

const crash = (previous: boolean, said?: string[]): Reason => ({
  cause: "crash",
  object: "Pod web-1",
  what: "container web exited with code 3",
  todo: [],
  logs: { pod: "web-1", container: "web", previous },
  ...(said ? { said } : {}),
});

const saidBy = async (logs: { now: string; previous: string }, reason: Reason) =>
  (await withLogs(kubectlWith(logs), "shop", [reason]))[0]?.said;

describe("the logs of a reason", () => {
  it("are those of the container that ended", async () => {
    const logs = { now: "started\n", previous: "reading\nbroken\n" };
    assert.deepEqual(await saidBy(logs, crash(true)), ["reading", "broken"]);
    assert.deepEqual(await saidBy(logs, crash(false)), ["started"]);
  });

  it("are those of the other container if the kubelet has removed the one that was meant", async () => {
    assert.deepEqual(await saidBy({ now: "broken\n", previous: GONE }, crash(true)), ["broken"]);
    assert.deepEqual(await saidBy({ now: "", previous: "broken\n" }, crash(false)), ["broken"]);
  });

  it("never are what a kubelet answers in place of logs", async () => {
    assert.equal(await saidBy({ now: GONE, previous: GONE }, crash(true)), undefined);
    assert.deepEqual(await saidBy({ now: GONE, previous: GONE }, crash(true, ["exit 3"])), ["exit 3"]);
  });

  it("have no values of Secrets", async () => {
    assert.deepEqual(await saidBy({ now: "login with hunter2hunter2\n", previous: "" }, crash(false)), [
      "login with (masked)",
    ]);
  });
});
