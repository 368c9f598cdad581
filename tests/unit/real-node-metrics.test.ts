/** The metrics API of the real node: the kubelet's counters, rates, and what clients ask for. */
import assert from "node:assert/strict";
import { nodeMetrics, podMetrics, requestOf, usagesIn, withCores } from "../../dev/sandbox/nodes/usage";

const reading = (cpu: number, time: number, nodeCpu = 10) => `# HELP container_cpu_usage_seconds_total text
container_cpu_usage_seconds_total{container="main",namespace="shop",pod="web-1"} ${cpu} ${time}
container_memory_working_set_bytes{container="main",namespace="shop",pod="web-1"} 8.388608e+06 ${time}
container_start_time_seconds{container="main",namespace="shop",pod="web-1"} 1.79e+09
node_cpu_usage_seconds_total ${nodeCpu} ${time}
node_memory_working_set_bytes 1.048576e+06 ${time}
pod_cpu_usage_seconds_total{namespace="shop",pod="web-1"} 3 ${time}
`;

const pod = { metadata: { name: "web-1", namespace: "shop", labels: { app: "web" } } };
const usagesAfter = (first: string, ...rest: string[]) =>
  rest.reduce((before, text) => withCores(before, usagesIn(text)), usagesIn(first));

describe("the metrics of a real node", () => {
  it("are rates between two readings", () => {
    const usages = usagesAfter(reading(1, 10_000), reading(1.5, 20_000, 12));
    assert.deepEqual(podMetrics(usages, [pod]), [
      {
        kind: "PodMetrics",
        apiVersion: "metrics.k8s.io/v1beta1",
        metadata: { name: "web-1", namespace: "shop", labels: { app: "web" } },
        timestamp: "1970-01-01T00:00:20Z",
        window: "10s",
        containers: [{ name: "main", usage: { cpu: "50000000n", memory: "8192Ki" } }],
      },
    ]);
    const [node] = nodeMetrics(usages, "real-0") as { usage: object }[];
    assert.deepEqual(node?.usage, { cpu: "200000000n", memory: "1024Ki" });
  });

  it("are not there before the second reading, and after a restart until the next", () => {
    assert.deepEqual(podMetrics(usagesAfter(reading(1, 10_000)), [pod]), []);
    assert.deepEqual(nodeMetrics(usagesAfter(reading(1, 10_000)), "real-0"), []);
    assert.deepEqual(podMetrics(usagesAfter(reading(9, 10_000), reading(0.1, 20_000)), [pod]), []);
  });

  it("stay while the kubelet has not measured again", () => {
    const usages = usagesAfter(reading(1, 10_000), reading(1.5, 20_000), reading(1.5, 20_000));
    assert.match(JSON.stringify(podMetrics(usages, [pod])), /"cpu":"50000000n"/);
  });

  it("are those of the pods that are asked for", () => {
    const usages = usagesAfter(reading(1, 10_000), reading(1.5, 20_000));
    assert.deepEqual(podMetrics(usages, []), []);
    assert.deepEqual(podMetrics(usages, [{ metadata: { name: "web-1", namespace: "other" } }]), []);
  });

  it("are asked for by path and label", () => {
    const base = "/apis/metrics.k8s.io/v1beta1";
    assert.deepEqual(requestOf(base), { for: "resources" });
    assert.deepEqual(requestOf(`${base}/nodes`), { for: "nodes", name: undefined });
    assert.deepEqual(requestOf(`${base}/nodes/real-0?timeout=5s`), { for: "nodes", name: "real-0" });
    assert.deepEqual(requestOf(`${base}/pods`), {
      for: "pods",
      namespace: undefined,
      name: undefined,
      selector: "",
    });
    assert.deepEqual(requestOf(`${base}/namespaces/shop/pods?labelSelector=app%3Dweb`), {
      for: "pods",
      namespace: "shop",
      name: undefined,
      selector: "app=web",
    });
    for (const path of ["/", "/healthz", `${base}/secrets`, `${base}x`])
      assert.equal(requestOf(path), undefined, path);
  });
});
