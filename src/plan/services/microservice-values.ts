/** Values of charts/microservice, generated from its values.schema.json and values.yaml: run `npm run generate`. */

export type LabelValue = string;
export type ObjectName = string;
export type Natural = number;
export type NumberOrPercent = number | string;
export type Positive = number;
export type Quantity = string;
export type OptionalObjectName = string;
export type WorkingDir = string;
export type ConfigKey = string;
export type Port = number;
export type Key = string;
export type Path = string;
export type PortName = string;
export type VolumeName = string;
export type Duration = string;
export type Cidr = string;
export type HostName = string;

export interface MicroserviceValues {
  global?: {};
  /**
   * Name of all objects and host name of the Service, at most 53 characters. Default: the release name
   */
  fullnameOverride?: string;
  /**
   * Application the service belongs to: label `app.kubernetes.io/part-of`
   */
  application?: LabelValue;
  /**
   * Role in the application: label `app.kubernetes.io/component`
   */
  component?: LabelValue;
  /**
   * Owning team: label `flotilla.dev/team`
   */
  team?: LabelValue;
  /**
   * Environment it runs in: label `flotilla.dev/environment`
   */
  environment?: LabelValue;
  /**
   * Additional labels of all objects and pods
   */
  labels?: Labels;
  /**
   * Additional labels of the pods only
   */
  podLabels?: Labels;
  /**
   * Annotations of the pods
   */
  podAnnotations?: Annotations;
  image: Image;
  /**
   * Names of pull secrets
   */
  imagePullSecrets?: ObjectName[];
  /**
   * Deployment, StatefulSet, DaemonSet, Job or CronJob
   */
  workload?: "Deployment" | "StatefulSet" | "DaemonSet" | "Job" | "CronJob";
  /**
   * Number of pods; ignored when an autoscaler is enabled
   */
  replicas?: Natural;
  rollout?: {
    /**
     * RollingUpdate, Recreate (Deployment) or OnDelete (StatefulSet, DaemonSet)
     */
    strategy?: "RollingUpdate" | "Recreate" | "OnDelete";
    /**
     * Deployment, DaemonSet: pods above the desired number during a rollout, a number or a percentage
     */
    maxSurge?: NumberOrPercent;
    /**
     * Deployment, DaemonSet: pods that may be unavailable during a rollout, a number or a percentage
     */
    maxUnavailable?: NumberOrPercent;
    /**
     * StatefulSet: only pods with this ordinal or a higher one are updated
     */
    partition?: Natural;
    /**
     * Seconds a new pod must stay ready before the next one is replaced
     */
    minReadySeconds?: Natural;
    /**
     * Seconds without progress after which a Deployment has failed
     */
    progressDeadlineSeconds?: Positive;
    /**
     * Number of old revisions to keep
     */
    revisionHistoryLimit?: Natural;
  };
  statefulSet?: {
    /**
     * OrderedReady or Parallel
     */
    podManagementPolicy?: "OrderedReady" | "Parallel";
    /**
     * Volume claims by name: `{size, storageClass, accessMode}`; mount one by its name. Retained when the release is deleted
     */
    claims?: Claims;
  };
  /**
   * Volume claims of a Deployment by name: `{size, storageClass, accessMode}`; mount one by its name. Kept when the release is deleted
   */
  claims?: Claims;
  job?: {
    /**
     * Retries before a Job has failed. A changed Job runs again under a new name, an unchanged one does not
     */
    backoffLimit?: Natural;
    /**
     * Maximum duration of a Job, in seconds
     */
    activeDeadlineSeconds?: Positive;
    /**
     * Pods that must succeed
     */
    completions?: Positive;
    /**
     * Pods that run at the same time
     */
    parallelism?: Positive;
    /**
     * Never or OnFailure
     */
    restartPolicy?: "Never" | "OnFailure";
  };
  cronJob?: {
    /**
     * Cron schedule, such as "* /5 * * * *"; required for a CronJob
     */
    schedule?: string;
    /**
     * Time zone of the schedule
     */
    timeZone?: string;
    /**
     * Forbid, Allow or Replace: what to do while the previous run is still active
     */
    concurrencyPolicy?: "Forbid" | "Allow" | "Replace";
    /**
     * Seconds after which a missed start is skipped
     */
    startingDeadlineSeconds?: number;
    /**
     * Number of successful Jobs to keep
     */
    successfulJobsHistoryLimit?: Natural;
    /**
     * Number of failed Jobs to keep
     */
    failedJobsHistoryLimit?: Natural;
    /**
     * Starts no Jobs while true
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
   * Working directory. Default: the image's
   */
  workingDir?: WorkingDir;
  /**
   * Adds the capability NET_BIND_SERVICE, for a program whose file has it: without it, such a program does not start
   */
  netBindService?: boolean;
  /**
   * Environment variables by name: a string, `{secret, key}`, `{configMap, key}`, `{field}` or `{resource}`
   */
  env?: Env;
  /**
   * Sources whose keys all become variables, by any name; later names take precedence: `{secret}` or `{configMap}`, with `prefix` and `optional`
   */
  envFrom?: EnvFrom;
  /**
   * Ports by name; without ports there is no Service
   */
  ports?: Ports;
  probes?: Probes;
  lifecycle?: Lifecycle;
  /**
   * Seconds from the pod's deletion to SIGKILL, including the sleep
   */
  terminationGracePeriodSeconds?: Positive;
  resources?: Resources;
  /**
   * Directories the program writes to, by name: a path, or `{path, sizeLimit, medium}`. Everything else is read-only
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
   * Volume mounts, by volume name: a path, or `{path, volume, subPath, readOnly}`
   */
  mounts?: Mounts;
  /**
   * Sidecar containers by name; `image`, `resources` (requests and a memory limit) and most keys of the section above
   */
  sidecars?: {
    [k: string]: {
      image: Image;
      command?: string[];
      args?: string[];
      workingDir?: WorkingDir;
      netBindService?: boolean;
      env?: Env;
      envFrom?: EnvFrom;
      ports?: Ports;
      probes?: Probes;
      lifecycle?: Lifecycle;
      resources: FullResources;
      mounts?: Mounts;
      /**
       * Starts before the main container and stops after it. Default: true
       */
      native?: boolean;
    };
  };
  /**
   * Init containers by name; the keys of a sidecar without probes and lifecycle, and `order`
   */
  initContainers?: {
    [k: string]: {
      image: Image;
      command?: string[];
      args?: string[];
      workingDir?: WorkingDir;
      netBindService?: boolean;
      env?: Env;
      envFrom?: EnvFrom;
      ports?: Ports;
      resources: FullResources;
      mounts?: Mounts;
      /**
       * Lower numbers run first, equal numbers in order of their names. Default: 0
       */
      order?: number;
    };
  };
  /**
   * TCP addresses to wait for before the containers start, all at the same time, by name: `{host, port}`
   */
  waitFor?: {
    [k: string]: {
      host: string;
      port: Port;
      /**
       * `answers`: the port accepts connections; `resolves`: DNS knows the host. Default: `answers`
       */
      until?: "answers" | "resolves";
      /**
       * Time limit. The container then fails, and is started again. Default: none
       */
      seconds?: Positive;
    };
  };
  waitImage?: Image;
  config?: {
    /**
     * Plain variables in a ConfigMap. A change restarts the pods
     */
    env?: {
      [k: string]: string;
    };
    /**
     * Files in a ConfigMap by name: `{path, content}`, or `{path, base64}` for binary content. A change restarts the pods
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
   * Digest of the contents of the Secrets that `env` names. A change restarts the pods
   */
  secretChecksum?: string;
  /**
   * ExternalSecrets by name (External Secrets Operator); each creates the Secret `<fullname>-<name>`
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
       * Source of each key of the Secret: `{key, property, version}` in the store
       */
      keys?: {
        [k: string]: {
          key: string;
          property?: string;
          version?: string;
        };
      };
      /**
       * Copies all properties of this key
       */
      from?: string;
      /**
       * How often the operator reads the store. Default: 1h
       */
      refreshInterval?: Duration;
    };
  };
  /**
   * Volumes by name: one of `emptyDir`, `configMap`, `secret`, `pvc`, `projected`, `downwardAPI`, `csi`
   */
  volumes?: {
    [k: string]: Volume;
  };
  service?: {
    /**
     * ClusterIP, LoadBalancer (which uses node ports in most clouds) or NodePort (requires `allowNodePort`)
     */
    type?: "ClusterIP" | "LoadBalancer" | "NodePort";
    /**
     * No cluster IP: DNS resolves to the pods, without port mapping. For gRPC clients that balance load themselves
     */
    headless?: boolean;
    /**
     * Allows NodePorts, which open a port on every node and bypass every ingress
     */
    allowNodePort?: boolean;
    /**
     * Annotations of the Service, such as those of a cloud load balancer
     */
    annotations?: Annotations;
    /**
     * Additional labels of the Service
     */
    labels?: Labels;
    /**
     * Implementation of the load balancer. Default: the cloud's
     */
    loadBalancerClass?: string;
    /**
     * CIDRs that may reach the load balancer
     */
    loadBalancerSourceRanges?: Cidr[];
    /**
     * Cluster, or Local to preserve the client's address
     */
    externalTrafficPolicy?: "" | "Cluster" | "Local";
    /**
     * None or ClientIP
     */
    sessionAffinity?: "None" | "ClientIP";
    /**
     * Seconds without a connection until a client may change its pod, for ClientIP. Default: 10800
     */
    sessionAffinitySeconds?: number;
  };
  ingress?: Ingress;
  /**
   * Additional Ingresses by name, each with the keys of `ingress`, such as annotations and TLS of their own
   */
  ingresses?: {
    [k: string]: Ingress;
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
       * Default: the gateway's host names
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
       * Request timeout, such as 10s
       */
      timeout?: Duration;
      /**
       * Path that replaces the matched path in requests to the Service
       */
      rewrite?: Path;
      /**
       * Answer with a redirect instead: `{scheme, host, path, statusCode}`. Default of statusCode: 302
       */
      redirect?: {
        scheme?: "http" | "https";
        host?: HostName;
        path?: Path;
        statusCode?: 301 | 302 | 303 | 307 | 308;
      };
      /**
       * Cross-origin requests to allow: `{origins, methods, headers, exposeHeaders, credentials, maxAgeSeconds}`
       */
      cors?: {
        /**
         * @minItems 1
         */
        origins: string[];
        methods?: string[];
        headers?: string[];
        exposeHeaders?: string[];
        credentials?: boolean;
        maxAgeSeconds?: Positive;
      };
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
       * Default: the gateway's host names
       */
      hostnames?: HostName[];
      /**
       * Name of a port
       */
      port: PortName;
      /**
       * Only this gRPC service, including its package
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
     * A HorizontalPodAutoscaler sets the number of pods; enabling it keeps the current number
     */
    enabled?: boolean;
    /**
     * Minimum number of pods
     */
    minReplicas?: Positive;
    /**
     * Maximum number of pods
     */
    maxReplicas?: Positive;
    /**
     * Target average utilization of the CPU request, in percent. 0: ignored
     */
    cpu?: Natural;
    /**
     * Target average utilization of the memory request, in percent. 0: ignored
     */
    memory?: Natural;
    /**
     * Additional metrics by name: `{type: Pods|Object|External, averageValue|value, labels, object}`
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
     * A KEDA ScaledObject sets the number of pods, with `autoscaling.behavior`
     */
    enabled?: boolean;
    /**
     * Minimum number of pods; 0: scales to zero without events
     */
    minReplicas?: Natural;
    /**
     * Maximum number of pods
     */
    maxReplicas?: Positive;
    /**
     * Seconds between two checks of the triggers
     */
    pollingInterval?: Positive;
    /**
     * Seconds without events before it scales to zero
     */
    cooldownPeriod?: Natural;
    /**
     * Triggers by name: `{type, metadata, metricType, authentication}`
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
     * Creates a budget if there are at least two pods
     */
    enabled?: boolean;
    /**
     * Pods that a drain may evict at the same time, a number or a percentage
     */
    maxUnavailable?: NumberOrPercent;
    /**
     * Pods that must stay available, instead of maxUnavailable; less than the number of pods
     */
    minAvailable?: number | string;
  };
  /**
   * Topology spread constraints by any name: `{topologyKey, maxSkew, whenUnsatisfiable}`; null removes one
   */
  topologySpread?: {
    [k: string]: {
      topologyKey: string;
      maxSkew: Positive;
      whenUnsatisfiable: "ScheduleAnyway" | "DoNotSchedule";
    };
  };
  /**
   * Keeps pods on different nodes: preferred, required or none
   */
  antiAffinity?: "preferred" | "required" | "none";
  /**
   * Node affinity, as in a pod spec
   */
  nodeAffinity?: {};
  /**
   * Pod affinity, as in a pod spec
   */
  podAffinity?: {};
  /**
   * Labels that a node must have
   */
  nodeSelector?: Labels;
  /**
   * Tolerations by any name: `{key, operator, value, effect, tolerationSeconds}`
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
   * Priority class of the pods. Default: the cluster's
   */
  priorityClassName?: string;
  /**
   * Runtime class of the pods. Default: the cluster's
   */
  runtimeClassName?: OptionalObjectName;
  /**
   * IP addresses of host names in the pods' hosts file, by host name
   */
  hostAliases?: {
    [k: string]: string;
  };
  dns?: {
    /**
     * ClusterFirst, Default (the node's) or None (only what follows)
     */
    policy?: "ClusterFirst" | "Default" | "None";
    /**
     * Additional name servers
     *
     * @maxItems 3
     */
    nameservers?: string[];
    /**
     * Additional search domains
     *
     * @maxItems 32
     */
    searches?: string[];
    /**
     * Resolver options by name; an empty text for an option without a value
     */
    options?: {
      [k: string]: string;
    };
  };
  user?: {
    /**
     * Numeric user; below 10000 it may collide with a user of the node
     */
    uid: Positive;
    /**
     * Numeric group, which also owns the volumes
     */
    gid: Positive;
  };
  /**
   * Kernel parameters of the pod; Pod Security `restricted` admits only safe ones
   */
  sysctls?: {
    [k: string]: string;
  };
  serviceAccount?: {
    /**
     * Whether the chart creates the ServiceAccount
     */
    create?: boolean;
    /**
     * Default: the fullname, or `default` if none is created
     */
    name?: OptionalObjectName;
    /**
     * Annotations, such as a cloud IAM role
     */
    annotations?: Annotations;
    /**
     * Whether the pods get a token for the Kubernetes API
     */
    automountToken?: boolean;
  };
  /**
   * Permissions of the ServiceAccount in its namespace, by any name: `{apiGroups, resources, resourceNames, verbs}`
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
     * Denies all traffic by default, in both directions
     */
    enabled?: boolean;
    /**
     * Who may connect, by any name; without `ports` to all ports of the pod's containers
     */
    ingress?: {
      [k: string]: Rule;
    };
    /**
     * What the pods may connect to, by any name; null removes an entry
     */
    egress?: {
      [k: string]: Rule;
    };
  };
  /**
   * Checks of kube-score and checkov to skip, by any name, as annotations: `{reason, kubeScore, checkov}`
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
     * HTTP path of the metrics
     */
    path?: Path;
    /**
     * Time between two scrapes
     */
    interval?: Duration;
    /**
     * Timeout of a scrape, at most the interval
     */
    scrapeTimeout?: Duration;
    /**
     * Labels by which Prometheus selects monitors and rules
     */
    labels?: Labels;
  };
  /**
   * Alerts of a PrometheusRule, by name: `{expr, for, severity, labels, annotations}`
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
   * Additional objects by any name, as YAML or text; templates in them are rendered. Use text if a template contains quotes
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
   * Image of the container that waits and of `helm test`; needs `sh`, `nc`, `wget`, and `getent` or `nslookup`
   */
  repository: string;
  /**
   * Version of the image
   */
  tag?: string;
  /**
   * Takes precedence over the tag
   */
  digest?: string;
  /**
   * See `image.pullPolicy`
   */
  pullPolicy?: "Always" | "IfNotPresent" | "Never";
}
export interface Claims {
  [k: string]: {
    size: Quantity;
    storageClass?: OptionalObjectName;
    accessMode?: "ReadWriteOnce" | "ReadWriteMany" | "ReadOnlyMany" | "ReadWriteOncePod";
  };
}
export interface Env {
  [k: string]:
    | string
    | {
        /**
         * Name of an existing Secret; with `key`, and `optional: true` if it may be missing
         */
        secret?: ObjectName;
        /**
         * Name of an existing ConfigMap; with `key`, and `optional: true` if it may be missing
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
     * Port the container listens on
     */
    container: Port;
    /**
     * Port of the Service. Default: the container port
     */
    service?: Port;
    /**
     * TCP, UDP or SCTP. Default: TCP. To use one number for two protocols, upgrade with `helm upgrade --force`
     */
    protocol?: "TCP" | "UDP" | "SCTP";
    /**
     * Application protocol, such as `http` or `kubernetes.io/h2c` (gRPC)
     */
    appProtocol?: Key;
    /**
     * Whether the Service includes the port. Default: true
     */
    expose?: boolean;
    /**
     * Port on the nodes; requires `service.allowNodePort`
     */
    nodePort?: Port;
  };
}
export interface Probes {
  /**
   * Runs until it succeeds once; the other probes wait for it
   */
  startup?: Probe;
  /**
   * Decides whether the Service sends requests to the pod
   */
  readiness?: Probe;
  /**
   * Restarts the container when it fails, so it must not depend on a store. Default: none
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
     * Seconds between a pod's removal from the Service and SIGTERM; needs no shell. 0 disables it
     */
    sleep?: Natural;
    /**
     * Command to run instead of the sleep
     */
    exec?: string[];
  };
  postStart?: {
    /**
     * Command to run after the container starts
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
   * Default: none, so that containers can use idle CPU
   */
  cpu?: Quantity;
  /**
   * Above it the container is killed
   */
  memory?: Quantity;
  /**
   * Above it the pod is evicted
   */
  "ephemeral-storage"?: Quantity;
}
export interface Mounts {
  [k: string]:
    | string
    | {
        path: Path;
        volume?: VolumeName;
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
   * `{driver, readOnly, fsType, attributes, secret}` of a driver that creates the volume with the pod
   */
  csi?: {
    driver: ObjectName;
    readOnly?: boolean;
    fsType?: string;
    attributes?: {
      [k: string]: string;
    };
    secret?: ObjectName;
  };
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
export interface Ingress {
  /**
   * Host names by any name: `{host, path, pathType, port}`; without hosts there is no Ingress
   */
  hosts?: {
    [k: string]: {
      host: HostName;
      /**
       * Default: /
       */
      path?: Path;
      /**
       * Prefix, Exact or ImplementationSpecific. Default: Prefix
       */
      pathType?: "Prefix" | "Exact" | "ImplementationSpecific";
      port: PortName;
    };
  };
  /**
   * Default: the cluster's default class
   */
  className?: OptionalObjectName;
  /**
   * Additional annotations; they take precedence over those of the keys below
   */
  annotations?: Annotations;
  tls?: {
    /**
     * Serves HTTPS; implied by a secret or an issuer
     */
    enabled?: boolean;
    /**
     * Secret with the certificate. Default: `<fullname>-tls`
     */
    secret?: string;
    /**
     * cert-manager Issuer of the certificate
     */
    issuer?: string;
    /**
     * cert-manager ClusterIssuer of the certificate
     */
    clusterIssuer?: string;
  };
  rateLimit?: {
    /**
     * Limit per client address; these limits are ingress-nginx annotations. 0: no limit
     */
    requestsPerSecond?: Natural;
    /**
     * Limit per client address. 0: no limit
     */
    requestsPerMinute?: Natural;
    /**
     * Multiple of the limit allowed in a burst. 0: the controller's default, 5
     */
    burstMultiplier?: Natural;
    /**
     * Concurrent connections per client address. 0: no limit
     */
    connections?: Natural;
  };
}
export interface Gateway {
  name: ObjectName;
  namespace?: ObjectName;
  section?: ObjectName;
}
export interface Scaling {
  /**
   * Maximum reduction per period, in percent
   */
  percent?: Positive;
  /**
   * Maximum reduction per period, in pods; the larger of both applies. 0: percent only
   */
  pods?: Natural;
  /**
   * Length of the period
   */
  periodSeconds?: number;
  /**
   * Seconds of low load before the first pod is removed
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
