/** Values of charts/microservice, generated from its values.schema.json and values.yaml: run `npm run generate`. */

export type LabelValue = string;
export type ObjectName = string;
export type Natural = number;
export type NumberOrPercent = number | string;
export type Positive = number;
export type Quantity = string;
export type OptionalObjectName = string;
export type ConfigKey = string;
export type Port = number;
export type Key = string;
export type Path = string;
export type PortName = string;
export type Name = string;
export type Duration = string;
export type Cidr = string;
export type HostName = string;

export interface MicroserviceValues {
  global?: {};
  /**
   * Name of every object and host of the Service, at most 53 characters. Default: the release's name
   */
  fullnameOverride?: string;
  /**
   * What the service is part of: label `app.kubernetes.io/part-of`
   */
  application?: LabelValue;
  /**
   * Its role: label `app.kubernetes.io/component`
   */
  component?: LabelValue;
  /**
   * Who answers for it: label `flotilla.dev/team`
   */
  team?: LabelValue;
  /**
   * Where it runs: label `flotilla.dev/environment`
   */
  environment?: LabelValue;
  /**
   * More labels of every object and of the pods
   */
  labels?: Labels;
  /**
   * More labels of the pods only
   */
  podLabels?: Labels;
  /**
   * Annotations of the pods
   */
  podAnnotations?: Annotations;
  image: Image;
  /**
   * Names of Secrets to pull with
   */
  imagePullSecrets?: ObjectName[];
  /**
   * Deployment, StatefulSet, DaemonSet, Job or CronJob
   */
  workload?: "Deployment" | "StatefulSet" | "DaemonSet" | "Job" | "CronJob";
  /**
   * Pods; left to the autoscaler where there is one
   */
  replicas?: Natural;
  rollout?: {
    /**
     * RollingUpdate, Recreate (Deployment) or OnDelete (StatefulSet, DaemonSet)
     */
    strategy?: "RollingUpdate" | "Recreate" | "OnDelete";
    /**
     * Deployment, DaemonSet: pods above the number wanted while rolling: a number or a percentage
     */
    maxSurge?: NumberOrPercent;
    /**
     * Deployment, DaemonSet: pods that may be missing while rolling: a number or a percentage
     */
    maxUnavailable?: NumberOrPercent;
    /**
     * StatefulSet: only pods from this ordinal on are updated
     */
    partition?: Natural;
    /**
     * Seconds a new pod must stay ready before the next one is replaced
     */
    minReadySeconds?: Natural;
    /**
     * Seconds without progress after which a Deployment counts as failed
     */
    progressDeadlineSeconds?: Positive;
    /**
     * Old revisions that are kept
     */
    revisionHistoryLimit?: Natural;
  };
  statefulSet?: {
    /**
     * OrderedReady or Parallel
     */
    podManagementPolicy?: "OrderedReady" | "Parallel";
    /**
     * Volume claims by name: `{size, storageClass, accessMode}`; mount one by its name. They are kept when the release is deleted
     */
    claims?: {
      [k: string]: {
        size: Quantity;
        storageClass?: OptionalObjectName;
        accessMode?: "ReadWriteOnce" | "ReadWriteMany" | "ReadOnlyMany" | "ReadWriteOncePod";
      };
    };
  };
  job?: {
    /**
     * Further tries before a Job counts as failed. A changed Job runs again under a new name, an unchanged one does not
     */
    backoffLimit?: Natural;
    /**
     * Seconds a Job may take
     */
    activeDeadlineSeconds?: Positive;
    /**
     * Pods that must succeed
     */
    completions?: Positive;
    /**
     * Pods at a time
     */
    parallelism?: Positive;
    /**
     * Never or OnFailure
     */
    restartPolicy?: "Never" | "OnFailure";
  };
  cronJob?: {
    /**
     * When a CronJob runs, such as "* /5 * * * *"; needed for one
     */
    schedule?: string;
    /**
     * Of the schedule
     */
    timeZone?: string;
    /**
     * When the last run has not ended: Forbid, Allow or Replace
     */
    concurrencyPolicy?: "Forbid" | "Allow" | "Replace";
    /**
     * Seconds after which a missed start is given up
     */
    startingDeadlineSeconds?: number;
    /**
     * Jobs that are kept
     */
    successfulJobsHistoryLimit?: Natural;
    /**
     * Failed Jobs that are kept
     */
    failedJobsHistoryLimit?: Natural;
    /**
     * Runs nothing while true
     */
    suspend?: boolean;
  };
  /**
   * Replaces the image's entrypoint
   */
  command?: string[];
  /**
   * Replaces the image's arguments
   */
  args?: string[];
  /**
   * Environment variables by name: a string, `{secret, key}`, `{configMap, key}`, `{field}` or `{resource}`
   */
  env?: Env;
  /**
   * All keys of an existing object as variables, by any name; later names win: `{secret}` or `{configMap}`, with `prefix` and `optional`
   */
  envFrom?: EnvFrom;
  /**
   * Ports by name; none: no Service
   */
  ports?: Ports;
  probes?: Probes;
  lifecycle?: Lifecycle;
  /**
   * Seconds from the pod's removal to SIGKILL, the sleep included
   */
  terminationGracePeriodSeconds?: Positive;
  resources?: Resources;
  /**
   * Directories the program writes to, by name: a path, or `{path, sizeLimit, medium}`. All else is read-only
   */
  writable?: {
    [k: string]:
      | string
      | {
          path: Path;
          sizeLimit?: Quantity;
          medium?: "" | "Memory";
        };
  };
  /**
   * Volumes in the container, by volume: a path, or `{path, volume, subPath, readOnly}`
   */
  mounts?: Mounts;
  /**
   * Containers beside the main one, by name; image, resources (requests, and a limit of memory) and most keys of the section above
   */
  sidecars?: {
    [k: string]: {
      image: Image;
      command?: string[];
      args?: string[];
      env?: Env;
      envFrom?: EnvFrom;
      ports?: Ports;
      probes?: Probes;
      lifecycle?: Lifecycle;
      resources: FullResources;
      mounts?: Mounts;
      /**
       * Started before the main container and stopped after it. Default: true
       */
      native?: boolean;
    };
  };
  /**
   * Containers that run to their end first, by name; the same keys but for probes and lifecycle, and `order`
   */
  initContainers?: {
    [k: string]: {
      image: Image;
      command?: string[];
      args?: string[];
      env?: Env;
      envFrom?: EnvFrom;
      ports?: Ports;
      resources: FullResources;
      mounts?: Mounts;
      /**
       * Lower runs first; then by name. Default: 0
       */
      order?: number;
    };
  };
  /**
   * TCP addresses to wait for before the start, by name: `{host, port}`
   */
  waitFor?: {
    [k: string]: {
      host: string;
      port: Port;
      /**
       * `answers`: somebody listens; `resolves`: the name is known. Default: `answers`
       */
      until?: "answers" | "resolves";
    };
  };
  waitImage?: Image;
  config?: {
    /**
     * Plain variables in a ConfigMap. A changed one rolls the pods
     */
    env?: {
      [k: string]: string;
    };
    /**
     * Files in a ConfigMap by name: `{path, content}`, or `{path, base64}` for binary content. A changed one rolls the pods
     */
    files?: {
      [k: string]: {
        path: Path;
        content?: string;
        base64?: string;
      };
    };
  };
  /**
   * Rolls the pods when it changes: a digest of what is in the Secrets that `env` names
   */
  secretChecksum?: string;
  /**
   * ExternalSecrets by name (External Secrets Operator); each makes the Secret `<fullname>-<name>`
   */
  externalSecrets?: {
    [k: string]: {
      /**
       * `{name, kind}` of the SecretStore (default) or ClusterSecretStore
       */
      store: {
        name: string;
        kind?: "SecretStore" | "ClusterSecretStore";
      };
      /**
       * What each key of the Secret holds: `{key, property, version}` of the store
       */
      keys?: {
        [k: string]: {
          key: string;
          property?: string;
          version?: string;
        };
      };
      /**
       * Take all properties of this key
       */
      from?: string;
      /**
       * How often the store is asked. Default: 1h
       */
      refreshInterval?: Duration;
    };
  };
  /**
   * Volumes by name: one of `emptyDir`, `configMap`, `secret`, `pvc`, `projected`, `downwardAPI`
   */
  volumes?: {
    [k: string]: Volume;
  };
  service?: {
    /**
     * ClusterIP, LoadBalancer (most clouds lead it through ports of the nodes) or NodePort (only with `allowNodePort`)
     */
    type?: "ClusterIP" | "LoadBalancer" | "NodePort";
    /**
     * No address of its own: DNS names the pods, and nothing maps their ports. For gRPC clients that balance themselves
     */
    headless?: boolean;
    /**
     * NodePorts open a port on every node, past every ingress: ask for it knowingly
     */
    allowNodePort?: boolean;
    /**
     * Of the Service, such as a cloud's for its load balancer
     */
    annotations?: Annotations;
    /**
     * Which implementation makes the load balancer. Default: the cloud's
     */
    loadBalancerClass?: string;
    /**
     * Who may reach the load balancer, as CIDRs
     */
    loadBalancerSourceRanges?: Cidr[];
    /**
     * Cluster, or Local to keep the client's address
     */
    externalTrafficPolicy?: "" | "Cluster" | "Local";
    /**
     * None or ClientIP
     */
    sessionAffinity?: "None" | "ClientIP";
  };
  ingress?: {
    /**
     * Reached from outside under these, by any name: `{host, path, pathType, port}`; none: no Ingress
     */
    hosts?: {
      [k: string]: {
        host: HostName;
        /**
         * Default: /
         */
        path?: Path;
        /**
         * Prefix or Exact. Default: Prefix
         */
        pathType?: "Prefix" | "Exact";
        port: PortName;
      };
    };
    /**
     * Default: the cluster's default class
     */
    className?: OptionalObjectName;
    /**
     * More annotations; they win over those of the keys below
     */
    annotations?: Annotations;
    tls?: {
      /**
       * Https; on as soon as there is a secret or an issuer
       */
      enabled?: boolean;
      /**
       * Secret with the certificate. Default: `<fullname>-tls`
       */
      secret?: string;
      /**
       * cert-manager Issuer that makes the certificate
       */
      issuer?: string;
      /**
       * cert-manager ClusterIssuer that makes it
       */
      clusterIssuer?: string;
    };
    rateLimit?: {
      /**
       * By client address; these limits are annotations of ingress-nginx. 0: none
       */
      requestsPerSecond?: Natural;
      /**
       * By client address. 0: none
       */
      requestsPerMinute?: Natural;
      /**
       * How often the limit may be exceeded for a moment. 0: the controller's 5
       */
      burstMultiplier?: Natural;
      /**
       * Open at once by client address. 0: any number
       */
      connections?: Natural;
    };
  };
  /**
   * Gateway API HTTPRoutes by name
   */
  httpRoutes?: {
    [k: string]: {
      /**
       * `{name, namespace, section}`
       */
      gateway: Gateway;
      /**
       * Default: the gateway's
       */
      hostnames?: HostName[];
      /**
       * Name of a port
       */
      port: PortName;
      /**
       * Default: /
       */
      path?: Path;
      /**
       * PathPrefix or Exact. Default: PathPrefix
       */
      pathType?: "PathPrefix" | "Exact";
      /**
       * Of a request, such as 10s
       */
      timeout?: Duration;
    };
  };
  /**
   * Gateway API GRPCRoutes by name
   */
  grpcRoutes?: {
    [k: string]: {
      /**
       * `{name, namespace, section}`
       */
      gateway: Gateway;
      /**
       * Default: the gateway's
       */
      hostnames?: HostName[];
      /**
       * Name of a port
       */
      port: PortName;
      /**
       * Only this gRPC service, with its package
       */
      service?: string;
      /**
       * Only this method
       */
      method?: string;
    };
  };
  autoscaling?: {
    /**
     * A HorizontalPodAutoscaler decides the number of pods; the live number is kept when it comes
     */
    enabled?: boolean;
    /**
     * Pods at least
     */
    minReplicas?: Positive;
    /**
     * Pods at most
     */
    maxReplicas?: Positive;
    /**
     * Average use of the CPU request to aim at, in percent. 0: not looked at
     */
    cpu?: Natural;
    /**
     * Average use of the memory request to aim at, in percent. 0: not looked at
     */
    memory?: Natural;
    /**
     * More metrics by name: `{type: Pods|Object|External, averageValue|value, labels, object}`
     */
    metrics?: {
      [k: string]: {
        type: "Pods" | "Object" | "External";
        averageValue?: Quantity;
        value?: Quantity;
        labels?: Labels;
        object?: {
          apiVersion: string;
          kind: string;
          name: string;
        };
      };
    };
    behavior?: {
      scaleUp?: Scaling;
      scaleDown?: Scaling;
    };
  };
  keda?: {
    /**
     * A KEDA ScaledObject decides the number of pods, with the behavior above
     */
    enabled?: boolean;
    /**
     * Pods at least; 0: none without events
     */
    minReplicas?: Natural;
    /**
     * Pods at most
     */
    maxReplicas?: Positive;
    /**
     * Seconds between two looks
     */
    pollingInterval?: Positive;
    /**
     * Seconds without events before it scales to zero
     */
    cooldownPeriod?: Natural;
    /**
     * By name: `{type, metadata, metricType, authentication}`
     */
    triggers?: {
      [k: string]: {
        type: string;
        metadata: {
          [k: string]: string;
        };
        metricType?: "AverageValue" | "Value" | "Utilization";
        authentication?: string;
      };
    };
  };
  podDisruptionBudget?: {
    /**
     * Made where there are at least two pods
     */
    enabled?: boolean;
    /**
     * Pods that a drain may take at once: a number or a percentage
     */
    maxUnavailable?: NumberOrPercent;
    /**
     * Pods that must stay, in place of maxUnavailable; below the number of pods
     */
    minAvailable?: number | string;
  };
  /**
   * Spreads the pods, by any name: `{topologyKey, maxSkew, whenUnsatisfiable}`; null takes one out
   */
  topologySpread?: {
    [k: string]: {
      topologyKey: string;
      maxSkew: Positive;
      whenUnsatisfiable: "ScheduleAnyway" | "DoNotSchedule";
    };
  };
  /**
   * Two pods on one node: preferred (rather not), required (never) or none (as it comes)
   */
  antiAffinity?: "preferred" | "required" | "none";
  /**
   * As in a pod
   */
  nodeAffinity?: {};
  /**
   * Labels that the node must have
   */
  nodeSelector?: Labels;
  /**
   * By any name: `{key, operator, value, effect, tolerationSeconds}`
   */
  tolerations?: {
    [k: string]: {
      key?: string;
      operator?: "Exists" | "Equal";
      value?: string;
      effect?: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
      tolerationSeconds?: Natural;
    };
  };
  /**
   * Who goes first when there is no room. Default: the cluster's
   */
  priorityClassName?: string;
  user?: {
    /**
     * Numeric user; below 10000 it may be one of the node's
     */
    uid: Positive;
    /**
     * Numeric group, and owner of the volumes
     */
    gid: Positive;
  };
  /**
   * Kernel parameters of the pod; Pod Security `restricted` takes the safe ones only
   */
  sysctls?: {
    [k: string]: string;
  };
  serviceAccount?: {
    /**
     * Whether the chart makes it
     */
    create?: boolean;
    /**
     * Default: the fullname, or `default` if none is created
     */
    name?: OptionalObjectName;
    /**
     * Such as a cloud's role
     */
    annotations?: Annotations;
    /**
     * Whether the pods get a token for the Kubernetes API
     */
    automountToken?: boolean;
  };
  /**
   * Rules of the ServiceAccount in its namespace, by any name: `{apiGroups, resources, resourceNames, verbs}`
   */
  rbac?: {
    [k: string]: {
      /**
       * @minItems 1
       */
      apiGroups: string[];
      /**
       * @minItems 1
       */
      resources: string[];
      resourceNames?: string[];
      /**
       * @minItems 1
       */
      verbs: string[];
    };
  };
  networkPolicy?: {
    /**
     * Default deny, both ways
     */
    enabled?: boolean;
    /**
     * Who may connect, by any name; without `ports` to all that the pod's containers listen on
     */
    ingress?: {
      [k: string]: Rule;
    };
    /**
     * What the pods may connect to, by any name; null takes one out
     */
    egress?: {
      [k: string]: Rule;
    };
  };
  /**
   * Checks that do not apply, by any name, as annotations: `{reason, kubeScore, checkov}`
   */
  exceptions?: {
    [k: string]: {
      reason: string;
      kubeScore?: string;
      checkov?: string;
    };
  };
  monitor?: {
    /**
     * ServiceMonitor or PodMonitor. Default: none
     */
    kind?: "" | "ServiceMonitor" | "PodMonitor";
    /**
     * Name of the port with the metrics
     */
    port?: string;
    /**
     * Where the metrics are
     */
    path?: Path;
    /**
     * Between two scrapes
     */
    interval?: Duration;
    /**
     * At most the interval
     */
    scrapeTimeout?: Duration;
    /**
     * What Prometheus selects monitors and rules by
     */
    labels?: Labels;
  };
  /**
   * PrometheusRule, by alert: `{expr, for, severity, labels, annotations}`
   */
  alerts?: {
    [k: string]: {
      expr: string;
      for?: Duration;
      severity?: string;
      labels?: Labels;
      annotations?: Annotations;
    };
  };
  /**
   * More objects by any name, as YAML or text; templates in them are filled in. Text where a template has quotes
   */
  extraObjects?: {
    [k: string]: string | {};
  };
}
export interface Labels {
  [k: string]: LabelValue;
}
export interface Annotations {
  [k: string]: string;
}
export interface Image {
  /**
   * Image that waits and tests; needs `sh`, `nc` and `wget`
   */
  repository: string;
  /**
   * Its version
   */
  tag?: string;
  /**
   * It wins over the tag
   */
  digest?: string;
  /**
   * As above
   */
  pullPolicy?: "Always" | "IfNotPresent" | "Never";
}
export interface Env {
  [k: string]:
    | string
    | {
        /**
         * Name of an existing Secret; with `key`, and `optional` if it may be missing
         */
        secret?: ObjectName;
        /**
         * Name of an existing ConfigMap; with `key`, and `optional` if it may be missing
         */
        configMap?: ObjectName;
        key?: ConfigKey;
        optional?: boolean;
        /**
         * A field of the pod, such as `metadata.name`
         */
        field?: string;
        /**
         * A request or limit, such as `limits.memory`; with `divisor`, such as `1Mi`
         */
        resource?: string;
        divisor?: "1" | "1m" | "1k" | "1M" | "1G" | "1Ki" | "1Mi" | "1Gi";
      };
}
export interface EnvFrom {
  [k: string]: {
    secret?: ObjectName;
    configMap?: ObjectName;
    prefix?: string;
    optional?: boolean;
  };
}
export interface Ports {
  [k: string]: {
    /**
     * Port the program listens on
     */
    container: Port;
    /**
     * Port of the Service. Default: the container's
     */
    service?: Port;
    /**
     * TCP, UDP or SCTP. Default: TCP
     */
    protocol?: "TCP" | "UDP" | "SCTP";
    /**
     * What is spoken there, such as `http` or `kubernetes.io/h2c` (gRPC)
     */
    appProtocol?: Key;
    /**
     * Whether the Service has it. Default: true
     */
    expose?: boolean;
    /**
     * Port of the nodes; only with `service.allowNodePort`
     */
    nodePort?: Port;
  };
}
export interface Probes {
  /**
   * Asked until it succeeds once; the others wait for it
   */
  startup?: Probe;
  /**
   * Decides whether the Service sends requests
   */
  readiness?: Probe;
  /**
   * Restarts the container: it must not depend on a store. Default: none
   */
  liveness?: Probe;
}
export interface Probe {
  http?: {
    path: Path;
    port: PortName;
    scheme?: "HTTP" | "HTTPS";
    headers?: {
      [k: string]: string;
    };
  };
  grpc?: {
    port: PortName;
    service?: string;
  };
  tcp?: {
    port: PortName;
  };
  exec?: {
    /**
     * @minItems 1
     */
    command: string[];
  };
  initialDelaySeconds?: Natural;
  periodSeconds?: Positive;
  timeoutSeconds?: Positive;
  failureThreshold?: Positive;
  successThreshold?: Positive;
}
export interface Lifecycle {
  preStop?: {
    /**
     * Seconds between a pod's removal from the Service and SIGTERM; needs no shell. 0: none
     */
    sleep?: Natural;
    /**
     * Command to run instead
     */
    exec?: string[];
  };
  postStart?: {
    /**
     * Command to run after the start
     */
    exec?: string[];
  };
}
export interface Resources {
  requests?: Quantities;
  limits?: Quantities;
}
export interface Quantities {
  /**
   * Default: none, so that idle processors are used
   */
  cpu?: Quantity;
  /**
   * The container is killed above it
   */
  memory?: Quantity;
  /**
   * The pod is evicted above it
   */
  "ephemeral-storage"?: Quantity;
}
export interface Mounts {
  [k: string]:
    | string
    | {
        path: Path;
        volume?: Name;
        subPath?: string;
        readOnly?: boolean;
      };
}
export interface FullResources {
  requests: Quantities;
  limits: Quantities;
}
export interface Volume {
  /**
   * `{sizeLimit, medium}`
   */
  emptyDir?: {
    sizeLimit?: Quantity;
    medium?: "" | "Memory";
  };
  /**
   * `{name, items: {KEY: PATH}, optional, defaultMode}`
   */
  configMap?: VolumeObject;
  /**
   * `{name, items: {KEY: PATH}, optional, defaultMode}`
   */
  secret?: VolumeObject;
  /**
   * `{name, readOnly}` of an existing claim
   */
  pvc?: {
    name: ObjectName;
    readOnly?: boolean;
  };
  /**
   * `{PATH: FIELD}`
   */
  downwardAPI?: Fields;
  /**
   * Sources by any name: `configMap`, `secret`, `downwardAPI` or `serviceAccountToken` (`{path, audience, expirationSeconds}`)
   */
  projected?: {
    [k: string]: {
      configMap?: ProjectedObject;
      secret?: ProjectedObject;
      downwardAPI?: Fields;
      serviceAccountToken?: {
        path: string;
        audience?: string;
        expirationSeconds?: number;
      };
    };
  };
}
export interface VolumeObject {
  name: ObjectName;
  items?: {
    [k: string]: string;
  };
  optional?: boolean;
  defaultMode?: number;
}
export interface Fields {
  [k: string]: string;
}
export interface ProjectedObject {
  name: ObjectName;
  items?: {
    [k: string]: string;
  };
  optional?: boolean;
}
export interface Gateway {
  name: ObjectName;
  namespace?: ObjectName;
  section?: ObjectName;
}
export interface Scaling {
  /**
   * Shrinkage in a period, in percent
   */
  percent?: Positive;
  /**
   * Shrinkage in a period, in pods, where that is more. 0: percent alone counts
   */
  pods?: Natural;
  /**
   * Length of the period
   */
  periodSeconds?: number;
  /**
   * Seconds of low load before the first pod goes
   */
  stabilizationWindowSeconds?: number;
}
export interface Rule {
  pods?: Labels;
  namespace?: ObjectName;
  namespaceLabels?: Labels;
  cidr?: Cidr;
  except?: Cidr[];
  anywhere?: true;
  /**
   * @minItems 1
   */
  ports?: (number | string)[];
}
