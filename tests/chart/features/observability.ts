/** Monitors, alerts, labels, extra objects. */
import assert from "node:assert/strict";
import { ofKind } from "../render";
import { type Feature, HTTP, IMAGE, LET_IN, podOf, RESOURCES, workloadOf } from "./feature";

export const OBSERVABILITY_FEATURES: Feature[] = [
  {
    name: "is scraped through its Service",
    values: {
      ...LET_IN,
      ports: HTTP,
      monitor: { kind: "ServiceMonitor", port: "http", interval: "15s", labels: { release: "prometheus" } },
    },
    expect: (objects) => {
      const { metadata, spec } = ofKind(objects, "ServiceMonitor");
      assert.equal(metadata.labels.release, "prometheus");
      assert.deepEqual(spec.endpoints, [
        { port: "http", path: "/metrics", interval: "15s", scrapeTimeout: "10s" },
      ]);
    },
  },
  {
    name: "is scraped pod by pod, on a port that is not in the Service",
    values: {
      ...LET_IN,
      ports: { metrics: { container: 9090, expose: false } },
      monitor: { kind: "PodMonitor", port: "metrics" },
    },
    expect: (objects) => {
      assert.equal(ofKind(objects, "Service"), undefined);
      assert.equal(ofKind(objects, "PodMonitor").spec.podMetricsEndpoints[0].port, "metrics");
    },
  },
  {
    name: "has alerts",
    values: {
      team: "orders",
      alerts: {
        Down: {
          expr: 'up{job="web"} == 0',
          for: "5m",
          severity: "critical",
          annotations: { summary: "{{ $labels.pod }}" },
        },
        Slow: { expr: "a > 1" },
      },
    },
    expect: (objects) =>
      assert.deepEqual(ofKind(objects, "PrometheusRule").spec.groups[0].rules, [
        {
          alert: "Down",
          expr: 'up{job="web"} == 0',
          for: "5m",
          labels: { severity: "critical", team: "orders" },
          annotations: { summary: "{{ $labels.pod }}" },
        },
        { alert: "Slow", expr: "a > 1", labels: { severity: "warning", team: "orders" } },
      ]),
  },
  {
    name: "labels everything, and selects its pods by labels that never change",
    values: {
      fullnameOverride: "cart",
      application: "shop",
      component: "backend",
      team: "orders",
      environment: "prod",
      labels: { "example.com/a": "b" },
      podLabels: { "example.com/pod": "c" },
      podAnnotations: { "example.com/d": "e" },
      ports: HTTP,
      replicas: 2,
    },
    expect: (objects) => {
      const common = {
        "app.kubernetes.io/version": "1.0.0",
        "app.kubernetes.io/part-of": "shop",
        "flotilla.dev/team": "orders",
        "flotilla.dev/environment": "prod",
        "example.com/a": "b",
        "app.kubernetes.io/instance": "web",
      };
      for (const { kind, metadata } of objects)
        for (const [key, value] of Object.entries({ ...common, "app.kubernetes.io/managed-by": "Helm" }))
          assert.equal(metadata.labels[key], value, `${kind} ${key}`);
      const { labels, annotations } = podOf(objects).metadata;
      assert.deepEqual(labels, {
        ...common,
        "app.kubernetes.io/name": "cart",
        "app.kubernetes.io/component": "backend",
        "example.com/pod": "c",
      });
      assert.deepEqual(annotations, { "example.com/d": "e" });
      const selector = { "app.kubernetes.io/name": "cart", "app.kubernetes.io/instance": "web" };
      assert.deepEqual(workloadOf(objects).spec.selector.matchLabels, selector);
      assert.deepEqual(ofKind(objects, "Service").spec.selector, selector);
    },
  },
  {
    name: "quotes words that YAML reads as something else",
    values: {
      fullnameOverride: "yes",
      team: "on",
      environment: "1e3",
      application: "null",
      labels: { "app.kubernetes.io/component": "n", "example.com/a": "010" },
      podLabels: { "app.kubernetes.io/name": "loses" },
      env: { NO: "no", Y: { secret: "true", key: "1.0" } },
      envFrom: { n: { configMap: "null" } },
      config: { env: { ON: "on", N: "" }, files: { y: { path: "/y", content: "~" } } },
      ports: { y: { container: 80 } },
      probes: { readiness: { http: { path: "/: #", port: "y", headers: { "1": "2" } } } },
      volumes: { n: { secret: { name: "no", items: { y: "n" } } }, off: { pvc: { name: "0x10" } } },
      mounts: { n: "/n", off: { path: "/off", subPath: "1e3" } },
      sidecars: { no: { image: IMAGE, resources: RESOURCES } },
      imagePullSecrets: ["on"],
      ingress: { className: "true", hosts: { y: { host: "1.0", port: "y" } }, tls: { secret: "off" } },
      networkPolicy: { ingress: { y: { namespace: "on", pods: { y: "n" }, ports: ["y", 80] } } },
      priorityClassName: "",
      serviceAccount: { create: false, name: "123" },
    },
    expect: (objects) => {
      const text = (value: unknown, path: string): void => {
        if (Array.isArray(value)) for (const entry of value) text(entry, path);
        else if (typeof value === "object" && value !== null)
          for (const [key, entry] of Object.entries(value)) text(entry, `${path}.${key}`);
        else if (
          /\.(name|secretName|claimName|subPath|path|key|ingressClassName|host|serviceAccountName)$/.test(
            path,
          )
        )
          assert.equal(typeof value, "string", path);
      };
      for (const object of objects) text(object, object.kind);
      const { labels } = podOf(objects).metadata;
      assert.equal(labels["app.kubernetes.io/name"], "yes");
      assert.equal(labels["app.kubernetes.io/component"], "n");
      assert.equal(labels["flotilla.dev/team"], "on");
      const [data] = objects.filter(({ metadata }) => metadata.name === "yes-env");
      assert.deepEqual(data.data, { ON: "on", N: "" });
    },
  },
  {
    name: "renders additional objects, as YAML or text, with templates",
    values: {
      extraObjects: {
        a: {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "{{ .Release.Name }}-a" },
          data: { b: "c" },
        },
        d: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ include "microservice.name" . }}-d}\n',
      },
    },
    expect: (objects) =>
      assert.deepEqual(
        objects.filter(({ kind }) => kind === "ConfigMap").map(({ metadata }) => metadata.name),
        ["web-a", "web-d"],
      ),
  },
];
