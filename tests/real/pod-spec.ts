/** The pods of the tests: each runs JavaScript, and Pod Security `restricted` admits it. */

/** Does nothing until it is asked to stop. */
export const IDLE = `setInterval(() => {}, 1e6); process.on("SIGTERM", () => process.exit())`;

interface Details {
  /** Whether it answers requests on port 8080. */
  isServer?: boolean;
  /** The claim of its volume, at /data. */
  claim?: string | undefined;
}

/** Returns the spec of a pod that runs a script. */
export const podSpec = (
  image: string,
  script: string,
  { isServer = false, claim }: Details = {},
): object => ({
  enableServiceLinks: false,
  automountServiceAccountToken: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 10001,
    fsGroup: 2000,
    seccompProfile: { type: "RuntimeDefault" },
  },
  containers: [
    {
      name: "main",
      image,
      imagePullPolicy: "IfNotPresent",
      args: ["-e", script],
      ...(isServer ? { readinessProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 } } : {}),
      resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
      volumeMounts: claim === undefined ? [] : [{ name: "data", mountPath: "/data" }],
    },
  ],
  volumes: claim === undefined ? [] : [{ name: "data", persistentVolumeClaim: { claimName: claim } }],
});
