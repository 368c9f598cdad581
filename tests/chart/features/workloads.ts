/** Kinds of workload and how they roll out. */
import assert from "node:assert/strict";
import { ofKind } from "../render";
import { containerOf, type Feature, HTTP, podOf, workloadOf } from "./feature";

export const WORKLOAD_FEATURES: Feature[] = [
  {
    name: "is minimal, safe and closed with only an image",
    values: {},
    expect: (objects) => {
      assert.deepEqual(objects.map(({ kind }) => kind).sort(), [
        "Deployment",
        "NetworkPolicy",
        "ServiceAccount",
      ]);
      const { spec } = workloadOf(objects);
      assert.deepEqual(spec.strategy, {
        type: "RollingUpdate",
        rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
      });
      assert.equal(spec.replicas, 1);
      assert.equal(spec.revisionHistoryLimit, 3);
      assert.equal(spec.minReadySeconds, 5);
      assert.equal(spec.progressDeadlineSeconds, 600);
      assert.equal(podOf(objects).spec.automountServiceAccountToken, false);
      const policy = ofKind(objects, "NetworkPolicy").spec;
      assert.deepEqual(policy.policyTypes, ["Ingress", "Egress"]);
      assert.deepEqual(policy.ingress, [], "no pod may connect");
      assert.deepEqual(policy.egress[0].ports, [
        { port: 53, protocol: "UDP" },
        { port: 53, protocol: "TCP" },
      ]);
      assert.equal(policy.egress.length, 1, "only DNS");
    },
  },
  {
    name: "rolls out with the given parameters",
    values: {
      rollout: {
        maxSurge: "25%",
        maxUnavailable: 1,
        minReadySeconds: 30,
        progressDeadlineSeconds: 900,
        revisionHistoryLimit: 1,
      },
    },
    expect: (objects) => {
      const { spec } = workloadOf(objects);
      assert.deepEqual(spec.strategy.rollingUpdate, { maxSurge: "25%", maxUnavailable: 1 });
      assert.equal(spec.minReadySeconds, 30);
      assert.equal(spec.progressDeadlineSeconds, 900);
      assert.equal(spec.revisionHistoryLimit, 1);
    },
  },
  {
    name: "replaces all pods at once with Recreate",
    values: { rollout: { strategy: "Recreate" } },
    expect: (objects) => assert.deepEqual(workloadOf(objects).spec.strategy, { type: "Recreate" }),
  },
  {
    name: "runs a StatefulSet with retained claims, and host names for its pods",
    values: {
      workload: "StatefulSet",
      replicas: 3,
      ports: HTTP,
      rollout: { partition: 1 },
      statefulSet: {
        podManagementPolicy: "Parallel",
        claims: { data: { size: "8Gi", storageClass: "fast" } },
      },
      mounts: { data: "/data" },
    },
    expect: (objects) => {
      const { spec } = ofKind(objects, "StatefulSet");
      assert.equal(spec.serviceName, "web-headless");
      assert.equal(spec.podManagementPolicy, "Parallel");
      assert.deepEqual(spec.updateStrategy, { type: "RollingUpdate", rollingUpdate: { partition: 1 } });
      assert.deepEqual(spec.persistentVolumeClaimRetentionPolicy, {
        whenDeleted: "Retain",
        whenScaled: "Retain",
      });
      const [claim] = spec.volumeClaimTemplates;
      assert.equal(claim.metadata.name, "data");
      assert.deepEqual(claim.spec.accessModes, ["ReadWriteOnce"]);
      assert.equal(claim.spec.storageClassName, "fast");
      assert.deepEqual(claim.spec.resources, { requests: { storage: "8Gi" } });
      assert.deepEqual(containerOf(objects).volumeMounts, [{ name: "data", mountPath: "/data" }]);
      const services = objects
        .filter(({ kind }) => kind === "Service")
        .map(({ metadata, spec }) => [metadata.name, spec.clusterIP]);
      assert.deepEqual(services.sort(), [
        ["web", undefined],
        ["web-headless", "None"],
      ]);
    },
  },
  {
    name: "runs a DaemonSet, one pod per node",
    values: { workload: "DaemonSet", tolerations: { all: { operator: "Exists" } } },
    expect: (objects) => {
      const { spec } = ofKind(objects, "DaemonSet");
      assert.equal(spec.replicas, undefined);
      assert.deepEqual(spec.updateStrategy.rollingUpdate, { maxSurge: 1, maxUnavailable: 0 });
      assert.deepEqual(spec.template.spec.tolerations, [{ operator: "Exists" }]);
      assert.equal(spec.template.spec.affinity, undefined);
      assert.equal(spec.template.spec.topologySpreadConstraints, undefined);
    },
  },
  {
    name: "rolls out a DaemonSet by removing pods first, if configured",
    values: { workload: "DaemonSet", rollout: { maxUnavailable: "10%" } },
    expect: (objects) =>
      assert.deepEqual(workloadOf(objects).spec.updateStrategy.rollingUpdate, { maxUnavailable: "10%" }),
  },
  {
    name: "runs a Job, under a name that changes with what it runs",
    values: {
      workload: "Job",
      job: { backoffLimit: 1, activeDeadlineSeconds: 60, restartPolicy: "OnFailure" },
    },
    expect: (objects) => {
      const { metadata, spec } = ofKind(objects, "Job");
      assert.match(metadata.name, /^web-[0-9a-f]{8}$/);
      assert.equal(spec.backoffLimit, 1);
      assert.equal(spec.activeDeadlineSeconds, 60);
      assert.equal(spec.template.spec.restartPolicy, "OnFailure");
      assert.equal(spec.selector, undefined);
    },
  },
  {
    name: "runs a CronJob",
    values: {
      workload: "CronJob",
      cronJob: { schedule: "*/5 * * * *", timeZone: "Europe/Rome", suspend: true },
    },
    expect: (objects) => {
      const { spec } = ofKind(objects, "CronJob");
      assert.equal(spec.schedule, "*/5 * * * *");
      assert.equal(spec.timeZone, "Europe/Rome");
      assert.equal(spec.concurrencyPolicy, "Forbid");
      assert.equal(spec.startingDeadlineSeconds, 300);
      assert.equal(spec.suspend, true);
      assert.equal(spec.jobTemplate.spec.template.spec.restartPolicy, "Never");
    },
  },
  {
    name: "keeps a volume for its one pod when the release is deleted",
    values: {
      rollout: { strategy: "Recreate" },
      claims: { data: { size: "2Gi", storageClass: "fast" } },
      mounts: { data: "/data" },
    },
    expect: (objects) => {
      const claim = ofKind(objects, "PersistentVolumeClaim");
      assert.equal(claim.metadata.name, "web-data");
      assert.deepEqual(claim.metadata.annotations, { "helm.sh/resource-policy": "keep" });
      assert.deepEqual(claim.spec, {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "fast",
        resources: { requests: { storage: "2Gi" } },
      });
      assert.deepEqual(podOf(objects).spec.volumes, [
        { name: "data", persistentVolumeClaim: { claimName: "web-data" } },
      ]);
      assert.deepEqual(containerOf(objects).volumeMounts, [{ name: "data", mountPath: "/data" }]);
    },
  },
  {
    name: "shares a volume between several pods if it can be mounted everywhere",
    values: {
      replicas: 2,
      claims: { data: { size: "2Gi", accessMode: "ReadWriteMany" } },
      mounts: { data: "/data" },
    },
    expect: (objects) => {
      assert.deepEqual(ofKind(objects, "PersistentVolumeClaim").spec.accessModes, ["ReadWriteMany"]);
      assert.equal(workloadOf(objects).spec.replicas, 2);
    },
  },
];
