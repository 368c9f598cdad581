/** The settings for the cluster, access from outside, and the sources of images and secrets. */
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
    "Context of the kubeconfig. Required in prod.",
    "name",
    "the current context",
  ),
  kubeconfig: key(
    z.string().min(1).optional(),
    "Path of the kubeconfig.",
    "path, ~ is the home folder",
    "KUBECONFIG, then ~/.kube/config",
  ),
  identity: key(
    z
      .string()
      .regex(
        /^[0-9a-f-]{36}$|^ca:[0-9a-f]{16}$|^name:.+$/,
        "must be the UID of the cluster's kube-system namespace, ca: and 16 hex digits, or name: and the cluster's name in the kubeconfig",
      )
      .optional(),
    "The identity of the cluster. Flotilla refuses any other cluster that the kubeconfig points to. To move a stack, set the identity of the new cluster.",
    "UID of the namespace kube-system",
    "the cluster of the first update",
  ),
});

/** A public host: a DNS name, or `*.` and a DNS name. */
const wayInHost = z.union(
  [
    publicHost,
    z
      .string()
      .regex(/^\*\./)
      .refine((name) => publicHost.safeParse(name.slice(2)).success),
  ],
  "must be a DNS name in lower case, such as shop.example.com or *.shop.example.com",
);

export const gateway = z.strictObject({
  name: key(objectName, "Name of the Gateway.", "name", "required"),
  namespace: key(name.optional(), "Namespace of the Gateway.", "DNS label", "the stack's namespace"),
  section: key(
    objectName.optional(),
    "Listener of the Gateway.",
    "name",
    "every listener that fits the host",
  ),
  host: key(wayInHost, "Public DNS name. `*.` matches every subdomain.", "DNS name", "required"),
  protocol: key(
    z.enum(["https", "http"]).default("https"),
    "Protocol of the listener, for URLs. The Gateway has the certificates.",
    "https or http",
  ),
  hosts: key(
    z
      .record(
        name,
        z.strictObject({
          host: key(wayInHost, "Public DNS name.", "DNS name", "required"),
          section: key(objectName.optional(), "Listener of the Gateway.", "name", "`gateway.section`"),
          protocol: key(
            z.enum(["https", "http"]).optional(),
            "Protocol of the listener, for URLs.",
            "https or http",
            "`gateway.protocol`",
          ),
        }),
      )
      .optional(),
    "Additional hosts that routes of the inventory name (`host`).",
    "map by name",
    "none",
  ),
  proxyNamespace: key(
    name.optional(),
    "Namespace of the Gateway's proxies. Its pods may connect to the public services.",
    "DNS label",
    "that of the Gateway",
  ),
});

export const ingress = z.strictObject({
  host: key(wayInHost, "Public DNS name. `*.` matches every subdomain.", "DNS name", "required"),
  hosts: key(
    z
      .record(
        name,
        z.strictObject({
          host: key(wayInHost, "Public DNS name.", "DNS name", "required"),
          tlsSecret: key(
            objectName.optional(),
            "TLS Secret of this host.",
            "name of a Secret",
            "`ingress.tlsSecret`, without `clusterIssuer` here",
          ),
          clusterIssuer: key(
            objectName.optional(),
            "cert-manager ClusterIssuer of this host's certificate.",
            "name",
            "`ingress.clusterIssuer`, without `tlsSecret` here",
          ),
        }),
      )
      .optional(),
    "Additional hosts that routes of the inventory name (`host`), each with its TLS.",
    "map by name",
    "none",
  ),
  className: key(
    objectName.optional(),
    "IngressClass. Only a class with nginx in its name gets annotations of ingress-nginx, such as rate limits.",
    "name",
    "the cluster's default class",
  ),
  tlsSecret: key(
    objectName.optional(),
    "TLS Secret. Makes the public URL https.",
    "name of a Secret",
    "none: plain http",
  ),
  clusterIssuer: key(
    objectName.optional(),
    "cert-manager ClusterIssuer that issues the certificate. Makes the public URL https.",
    "name",
    "none",
  ),
  namespace: key(
    name.default("ingress-nginx"),
    "Namespace of the ingress controller. Its pods may connect to the public services.",
    "DNS label",
  ),
});

export const loadBalancer = z.strictObject({
  annotations: key(
    annotations.default({}),
    "Annotations of the Service for the cloud's load balancer controller.",
    "text by name",
  ),
  className: key(loadBalancerClass.optional(), "Load balancer class.", "name", "the cloud's default"),
  sourceRanges: key(
    z.array(cidr).default([]),
    "Client addresses that may connect. If empty: any.",
    "list of CIDRs",
  ),
});

export const monitoring = z.strictObject({
  namespace: key(name.default("monitoring"), "Namespace of the pods that scrape metrics.", "DNS label"),
  serviceMonitor: key(
    z
      .strictObject({
        labels: key(labels.default({}), "Labels that the operator selects.", "text by name"),
      })
      .optional(),
    "Create ServiceMonitors. The cluster needs the Prometheus operator.",
    "map",
    "none",
  ),
});

export const namespace = z
  .union(
    [
      name,
      z.strictObject({
        name: key(name.optional(), "Name of the namespace.", "DNS label", "`<application>-<environment>`"),
        create: key(
          z.boolean().default(true),
          "Whether the stack creates the namespace. false: it exists already and others own it. The stack then sets no labels, no quota (unless `quota` is set) and no default resources there, isolates only its own pods, and never deletes the namespace.",
          "true or false",
        ),
      }),
    ],
    "must be a DNS label, or the map {name, create}",
  )
  .refine((chosen) => !isOfKubernetes(chosen), {
    error: "is a system namespace of Kubernetes: choose another one",
  });

const isOfKubernetes = (chosen: string | { name?: string; create: boolean }): boolean =>
  /^kube-(system|public|node-lease)$/.test(
    (typeof chosen === "string" ? chosen : chosen.create && chosen.name) || "",
  );

export const registry = z.strictObject({
  server: key(registryHost, "Host of the registry.", "host[:port]", "required"),
  username: key(z.string().min(1), "User name.", "text", "required"),
});

export const externalSecrets = z.strictObject({
  store: key(
    z.strictObject({
      name: key(objectName, "Name of the secret store.", "name", "required"),
      kind: key(
        z.enum(["ClusterSecretStore", "SecretStore"]).default("ClusterSecretStore"),
        "Kind of the secret store.",
        "ClusterSecretStore or SecretStore",
      ),
    }),
    "The secret store of the External Secrets Operator.",
    "map",
    "required",
  ),
  path: key(
    z.string().regex(/^[\w.-]+(\/[\w.-]+)*$/, "must be a path, such as us-east-1/robot-shop"),
    "Path of this stack's passwords in the secret store. Each password has the key `<path>/<credential>`.",
    "path",
    "required",
  ),
  refreshInterval: key(
    z
      .string()
      .regex(/^[0-9]+(s|m|h)$/, 'must be a duration, such as "1h"')
      .default("1h"),
    "How often the secret store is read.",
    "duration",
  ),
});
