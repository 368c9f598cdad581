/** Autoscalers, budgets, and scheduling. */
import assert from "node:assert/strict";
import { type KubernetesObject, ofKind } from "../render";
import { type Feature, HTTP, podOf, workloadOf } from "./feature";

export const SCALING_FEATURES: Feature[] = [
  {
    name: "scales by cpu, memory and custom metrics, fast up and slowly down, and does not set the number of pods",
    values: {
      ports: HTTP,
      autoscaling: {
        enabled: true,
        minReplicas: 3,
        maxReplicas: 20,
        memory: 80,
        metrics: {
          http_requests_per_second: { type: "Pods", averageValue: "1000" },
          queue_messages: { type: "External", value: "30", labels: { queue: "a" } },
          requests: {
            type: "Object",
            value: "2k",
            object: { apiVersion: "networking.k8s.io/v1", kind: "Ingress", name: "web" },
          },
        },
      },
    },
    expect: (objects) => {
      assert.equal(workloadOf(objects).spec.replicas, undefined);
      const { spec } = ofKind(objects, "HorizontalPodAutoscaler");
      assert.deepEqual(spec.scaleTargetRef, { apiVersion: "apps/v1", kind: "Deployment", name: "web" });
      assert.deepEqual([spec.minReplicas, spec.maxReplicas], [3, 20]);
      assert.deepEqual(spec.metrics, [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } },
        },
        {
          type: "Resource",
          resource: { name: "memory", target: { type: "Utilization", averageUtilization: 80 } },
        },
        {
          type: "Pods",
          pods: {
            metric: { name: "http_requests_per_second" },
            target: { type: "AverageValue", averageValue: "1000" },
          },
        },
        {
          type: "External",
          external: {
            metric: { name: "queue_messages", selector: { matchLabels: { queue: "a" } } },
            target: { type: "Value", value: "30" },
          },
        },
        {
          type: "Object",
          object: {
            describedObject: { apiVersion: "networking.k8s.io/v1", kind: "Ingress", name: "web" },
            metric: { name: "requests" },
            target: { type: "Value", value: "2k" },
          },
        },
      ]);
      assert.deepEqual(spec.behavior, {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
        },
        scaleDown: {
          stabilizationWindowSeconds: 300,
          policies: [{ type: "Percent", value: 10, periodSeconds: 60 }],
        },
      });
    },
  },
  {
    name: "scales on events with KEDA",
    values: {
      workload: "StatefulSet",
      keda: {
        enabled: true,
        minReplicas: 0,
        maxReplicas: 5,
        triggers: {
          orders: {
            type: "rabbitmq",
            metadata: { queueName: "orders", value: "20" },
            authentication: "rabbitmq",
          },
        },
      },
    },
    expect: (objects) => {
      assert.equal(workloadOf(objects).spec.replicas, undefined);
      const { spec } = ofKind(objects, "ScaledObject");
      assert.equal(spec.scaleTargetRef.kind, "StatefulSet");
      assert.equal(spec.minReplicaCount, 0);
      assert.deepEqual(spec.triggers, [
        {
          name: "orders",
          type: "rabbitmq",
          metadata: { queueName: "orders", value: "20" },
          authenticationRef: { name: "rabbitmq" },
        },
      ]);
      assert.equal(
        spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.stabilizationWindowSeconds,
        300,
      );
    },
  },
  {
    name: "keeps pods while nodes are drained, by default all but one",
    values: { replicas: 3 },
    expect: (objects) => {
      const { spec } = ofKind(objects, "PodDisruptionBudget");
      assert.equal(spec.maxUnavailable, 1);
      assert.equal(spec.minAvailable, undefined);
      assert.equal(spec.unhealthyPodEvictionPolicy, "AlwaysAllow");
    },
  },
  {
    name: "keeps the given share of pods",
    values: { replicas: 3, podDisruptionBudget: { minAvailable: "50%" } },
    expect: (objects) => {
      const { spec } = ofKind(objects, "PodDisruptionBudget");
      assert.equal(spec.minAvailable, "50%");
      assert.equal(spec.maxUnavailable, undefined);
    },
  },
  {
    name: "has no budget if it is disabled",
    values: { replicas: 3, podDisruptionBudget: { enabled: false } },
    expect: (objects) => assert.equal(ofKind(objects, "PodDisruptionBudget"), undefined),
  },
  {
    name: "is spread over zones and nodes, preferably on different nodes",
    values: {},
    expect: (objects) => {
      const { topologySpreadConstraints, affinity } = podOf(objects).spec;
      assert.deepEqual(
        topologySpreadConstraints.map(({ topologyKey, whenUnsatisfiable }: KubernetesObject) => [
          topologyKey,
          whenUnsatisfiable,
        ]),
        [
          ["kubernetes.io/hostname", "ScheduleAnyway"],
          ["topology.kubernetes.io/zone", "ScheduleAnyway"],
        ],
      );
      const [term] = affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution;
      assert.equal(term.podAffinityTerm.topologyKey, "kubernetes.io/hostname");
    },
  },
  {
    name: "is scheduled by selector, affinity, tolerations and priority",
    values: {
      antiAffinity: "required",
      topologySpread: {
        zones: { topologyKey: "topology.kubernetes.io/zone", maxSkew: 2, whenUnsatisfiable: "DoNotSchedule" },
      },
      nodeSelector: { "kubernetes.io/os": "linux" },
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: "kubernetes.io/arch", operator: "In", values: ["arm64"] }] },
          ],
        },
      },
      tolerations: {
        dedicated: {
          key: "dedicated",
          operator: "Equal",
          value: "web",
          effect: "NoExecute",
          tolerationSeconds: 60,
        },
      },
      priorityClassName: "system-cluster-critical",
    },
    expect: (objects) => {
      const { spec } = podOf(objects);
      assert.ok(spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution);
      assert.ok(spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution);
      assert.equal(spec.topologySpreadConstraints[1].maxSkew, 2);
      assert.deepEqual(spec.nodeSelector, { "kubernetes.io/os": "linux" });
      assert.equal(spec.tolerations[0].tolerationSeconds, 60);
      assert.equal(spec.priorityClassName, "system-cluster-critical");
    },
  },
];
