/** Users, permissions, network policies, exceptions. */
import assert from "node:assert/strict";
import { ofKind } from "../render";
import {
  annotationsOf,
  BOTH,
  containerOf,
  type Feature,
  HTTP,
  IMAGE,
  LET_OUT,
  podOf,
  RESOURCES,
  workloadOf,
} from "./feature";

export const SECURITY_FEATURES: Feature[] = [
  {
    name: "runs as the given user, even with a number too large for a float's short form",
    values: {
      user: { uid: 1000650000, gid: 1000650000 },
      sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" },
    },
    expect: (objects) => {
      const { securityContext } = podOf(objects).spec;
      assert.equal(securityContext.fsGroup, 1000650000);
      assert.equal(containerOf(objects).securityContext.runAsUser, 1000650000);
      assert.deepEqual(securityContext.seccompProfile, { type: "RuntimeDefault" });
      assert.deepEqual(securityContext.sysctls, [
        { name: "net.ipv4.ip_unprivileged_port_start", value: "0" },
      ]);
    },
  },
  {
    name: "has permissions in its namespace, and a token to use them",
    values: {
      ...LET_OUT,
      serviceAccount: { annotations: { "example.com/role": "web" }, automountToken: true },
      rbac: {
        leases: { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "update"] },
      },
    },
    expect: (objects) => {
      assert.deepEqual(ofKind(objects, "Role").rules, [
        { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "update"] },
      ]);
      assert.deepEqual(ofKind(objects, "RoleBinding").subjects, [
        { kind: "ServiceAccount", name: "web", namespace: "shop" },
      ]);
      assert.equal(podOf(objects).spec.automountServiceAccountToken, true);
      assert.equal(ofKind(objects, "ServiceAccount").automountServiceAccountToken, false);
      assert.ok(!objects.some(({ kind }) => kind.startsWith("Cluster")));
    },
  },
  {
    name: "uses an existing ServiceAccount",
    values: { serviceAccount: { create: false, name: "shared" } },
    expect: (objects) => {
      assert.equal(ofKind(objects, "ServiceAccount"), undefined);
      assert.equal(podOf(objects).spec.serviceAccountName, "shared");
    },
  },
  {
    name: "allows the given traffic, in both directions",
    values: {
      ports: BOTH,
      sidecars: {
        mesh: { image: IMAGE, resources: RESOURCES, ports: { gossip: { container: 7946, protocol: "UDP" } } },
      },
      networkPolicy: {
        ingress: {
          cart: { pods: { app: "cart" }, ports: [8080, "gossip"] },
          prometheus: { namespaceLabels: { purpose: "monitoring" }, pods: {} },
          public: { anywhere: true, ports: ["http"] },
        },
        egress: {
          bank: { cidr: "203.0.113.0/24", except: ["203.0.113.128/25"], ports: [443] },
          mysql: { namespace: "data", pods: { app: "mysql" }, ports: [3306] },
        },
      },
    },
    expect: (objects) => {
      const { ingress, egress } = ofKind(objects, "NetworkPolicy").spec;
      assert.deepEqual(ingress.slice(0, 3), [
        {
          ports: [
            { port: 8080, protocol: "TCP" },
            { port: "gossip", protocol: "UDP" },
          ],
          from: [{ podSelector: { matchLabels: { app: "cart" } } }],
        },
        {
          ports: [
            { port: "gossip", protocol: "UDP" },
            { port: "http", protocol: "TCP" },
            { port: "rpc", protocol: "TCP" },
          ],
          from: [
            {
              namespaceSelector: { matchLabels: { purpose: "monitoring" } },
              podSelector: { matchLabels: {} },
            },
          ],
        },
        { ports: [{ port: "http", protocol: "TCP" }] },
      ]);
      assert.deepEqual(egress[0], {
        to: [{ ipBlock: { cidr: "203.0.113.0/24", except: ["203.0.113.128/25"] } }],
        ports: [{ port: 443, protocol: "TCP" }],
      });
      assert.deepEqual(egress[2].to, [
        {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "data" } },
          podSelector: { matchLabels: { app: "mysql" } },
        },
      ]);
    },
  },
  {
    name: "has no policy if it is disabled",
    values: { ports: HTTP, networkPolicy: { enabled: false } },
    expect: (objects) => assert.equal(ofKind(objects, "NetworkPolicy"), undefined),
  },
  {
    name: "skips checks that do not apply, with the reason",
    values: {
      user: { uid: 1, gid: 1 },
      exceptions: {
        user: {
          reason: "the image exits as another",
          kubeScore: "container-security-context-user-group-id",
          checkov: "CKV_K8S_40",
        },
      },
    },
    expect: (objects) =>
      assert.deepEqual(annotationsOf(workloadOf(objects)), {
        "checkov.io/skip1": "CKV_K8S_40=the image exits as another",
        "flotilla.dev/exceptions": "user: the image exits as another",
        "kube-score/ignore": "container-security-context-user-group-id",
      }),
  },
];
