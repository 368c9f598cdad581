/** Translating the scheduler's messages. */
import assert from "node:assert/strict";
import { unschedulable } from "../../cli/core/explain/scheduling";

const pod = {
  metadata: { name: "cart-1" },
  spec: { containers: [{ name: "cart", resources: { requests: { cpu: "1k", memory: "64Mi" } } }] },
};

describe("a pod that fits on no node", () => {
  const cases: [string, string][] = [
    [
      "0/6 nodes are available: 6 Insufficient cpu. preemption: 0/6 nodes are available: 6 No preemption victims found for incoming pod.",
      "6 of 6 nodes do not have enough free cpu (it requests 1000)",
    ],
    [
      "0/6 nodes are available: 6 Insufficient cpu. no new claims to deallocate, preemption: 0/6 nodes are available: 6 Preemption is not helpful for scheduling.",
      "6 of 6 nodes do not have enough free cpu (it requests 1000)",
    ],
    [
      "0/3 nodes are available: 1 node(s) had untolerated taint {dedicated: db}, 2 Insufficient memory.",
      "1 of 3 nodes have the untolerated taint {dedicated: db}, 2 of 3 nodes do not have enough free memory (it requests 64Mi)",
    ],
    [
      "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
      "2 of 2 nodes do not match its node affinity or selector",
    ],
    ["0/1 nodes are available: 1 Too many pods.", "1 of 1 nodes have reached their pod limit"],
    ["0/1 nodes are available: 1 node(s) were unschedulable.", "1 of 1 nodes are cordoned"],
    ["0/0 nodes are available: no nodes available to schedule pods", "the cluster has no nodes"],
    ["something new", "something new"],
  ];
  for (const [message, words] of cases)
    it(`is explained: ${words}`, () => assert.equal(unschedulable(message, pod).why, words));

  it("names the missing resources, and a volume that the pod waits for", () => {
    assert.deepEqual(unschedulable("0/1 nodes are available: 1 Insufficient cpu.", pod).lacks, [
      { resource: "cpu", asks: "1000" },
    ]);
    const volume = "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.";
    assert.equal(unschedulable(volume).forVolume, true);
  });
});
