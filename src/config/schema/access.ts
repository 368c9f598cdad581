/** The settings for access: the cluster, ways in from outside, and the sources of images and secrets. */
import { z } from "zod";
import {
  annotations,
  cidr,
  labels,
  loadBalancerClass,
  name,
  objectName,
  publicHost,
  registryHost,
} from "./fields";
import { key } from "./key";

export const cluster = z.strictObject({
  context: key(
    z.string().min(1).optional(),
    "A context of the kubeconfig; prod must name its own.",
    "name",
    "the current context",
  ),
  kubeconfig: key(
    z.string().min(1).optional(),
    "The kubeconfig.",
    "path, ~ is the home folder",
    "KUBECONFIG, then ~/.kube/config",
  ),
  identity: key(
    z
      .string()
      .regex(
        /^[0-9a-f-]{36}$|^ca:[0-9a-f]{16}$|^name:.+$/,
        "must be the UID of the cluster's kube-system namespace, ca: and 16 hex digits, or name: and its name in the kubeconfig",
      )
      .optional(),
    "Which cluster it is, whatever the kubeconfig leads to: every other one is refused. Naming another than the stack is deployed in lets it move there.",
    "UID of the namespace kube-system",
    "the cluster of the first update",
  ),
});

export const ingress = z.strictObject({
  host: key(publicHost, "DNS name that people know.", "DNS name", "required"),
  className: key(objectName.optional(), "IngressClass.", "name", "the cluster's default class"),
  tlsSecret: key(
    objectName.optional(),
    "The TLS Secret; with it the public URL is https.",
    "name of a Secret",
    "plain http",
  ),
  clusterIssuer: key(
    objectName.optional(),
    "cert-manager's ClusterIssuer that makes the certificate; with it the public URL is https.",
    "name",
    "none",
  ),
  namespace: key(
    name.default("ingress-nginx"),
    "Namespace of the ingress controller: its pods may connect to the public services.",
    "DNS label",
  ),
});

export const loadBalancer = z.strictObject({
  annotations: key(
    annotations.default({}),
    "Annotations of the Service, for the cloud's controller.",
    "text by name",
  ),
  className: key(loadBalancerClass.optional(), "Which implementation makes it.", "name", "the cloud's"),
  sourceRanges: key(
    z.array(cidr).default([]),
    "Who may reach it; everybody where it is empty.",
    "list of CIDRs",
  ),
});

export const monitoring = z.strictObject({
  namespace: key(name.default("monitoring"), "Namespace of the pods that scrape.", "DNS label"),
  serviceMonitor: key(
    z
      .strictObject({
        labels: key(labels.default({}), "Labels by which the operator finds them.", "text by name"),
      })
      .optional(),
    "Make ServiceMonitors; the cluster must know them (Prometheus operator).",
    "map",
    "none",
  ),
});

export const namespace = z.union(
  [
    name,
    z.strictObject({
      name: key(name.optional(), "Its name.", "DNS label", "`<application>-<environment>`"),
      create: key(
        z.boolean().default(true),
        "Whether the stack creates it. false: it exists, others own it, and the stack deploys into it. The stack then sets no labels, no quota (unless `quota` does) and no default resources there, isolates its own pods only, and never deletes it.",
        "true or false",
      ),
    }),
  ],
  "must be a DNS label, or the map {name, create}",
);

export const registry = z.strictObject({
  server: key(registryHost, "The registry.", "host[:port]", "required"),
  username: key(z.string().min(1), "Who logs in.", "text", "required"),
});

export const externalSecrets = z.strictObject({
  store: key(
    z.strictObject({
      name: key(objectName, "Its name.", "name", "required"),
      kind: key(
        z.enum(["ClusterSecretStore", "SecretStore"]).default("ClusterSecretStore"),
        "Its kind.",
        "ClusterSecretStore or SecretStore",
      ),
    }),
    "The secret store of the External Secrets Operator.",
    "map",
    "required",
  ),
  path: key(
    z.string().regex(/^[\w.-]+(\/[\w.-]+)*$/, "must be a path, such as us-east-1/robot-shop"),
    "Where this stack's passwords are in it: each is the key `<path>/<credential>`.",
    "path",
    "required",
  ),
  refreshInterval: key(
    z
      .string()
      .regex(/^[0-9]+(s|m|h)$/, 'must be a duration, such as "1h"')
      .default("1h"),
    "How often the store is asked.",
    "duration",
  ),
});
