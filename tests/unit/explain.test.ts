/** Why a release is not ready, from objects as the API server returns them. */
import assert from "node:assert/strict";
import { explain, type Finding, type KnownRelease } from "../../cli/core/explain/explain";
import type { ContainerStatus, Facts, KubernetesEvent, Pod, Workload } from "../../cli/core/explain/facts";
import { withoutSecrets } from "../../cli/stack/logs";
import { showFindings } from "../../cli/terminal/findings-text";

const context = { stack: "prod", namespace: "shop", since: Date.parse("2026-01-01T10:00:00Z") };
const labels = (release: string) => ({ "app.kubernetes.io/instance": release });

const pod = (
  status: ContainerStatus | undefined,
  {
    name = "cart-5d9f-abcde",
    init,
    awaited = "redis|answers|redis|6379",
    ...rest
  }: Partial<Pod["status"]> & { name?: string; init?: ContainerStatus; awaited?: string } = {},
): Pod => ({
  metadata: { name, labels: labels("cart") },
  spec: {
    containers: [
      {
        name: "cart",
        image: "example.com/cart:1.0.0",
        resources: { requests: { cpu: "4", memory: "64Mi" }, limits: { memory: "128Mi" } },
      },
    ],
    initContainers: [
      {
        name: "wait-for-dependencies",
        image: "busybox:1.37.0",
        env: [{ name: "WAIT_FOR", value: awaited }],
      },
    ],
  },
  status: {
    phase: "Pending",
    conditions: [{ type: "PodScheduled", status: "True" }],
    ...(status ? { containerStatuses: [status] } : {}),
    ...(init ? { initContainerStatuses: [init] } : {}),
    ...rest,
  },
});

const deployment: Workload = {
  kind: "Deployment",
  metadata: { name: "cart", labels: labels("cart") },
  spec: { replicas: 1 },
  status: {},
};

const event = (
  kind: string,
  name: string,
  message: string,
  more: Partial<KubernetesEvent> = {},
): KubernetesEvent => ({
  type: "Warning",
  reason: "Failed",
  message,
  involvedObject: { kind, name },
  lastTimestamp: "2026-01-01T10:05:00Z",
  ...more,
});

const cart: KnownRelease = { name: "cart", kind: "service", status: "deployed" };

const why = (facts: Partial<Facts>, release: Partial<KnownRelease> = {}) => {
  const all: Facts = { pods: [], workloads: [deployment], replicaSets: [], claims: [], events: [], ...facts };
  const [finding, ...more] = explain([{ ...cart, ...release }], all, context);
  assert.deepEqual(more, []);
  assert.ok(finding, "nothing is found");
  return finding;
};
const first = (facts: Partial<Facts>, release: Partial<KnownRelease> = {}) => {
  const [reason] = why(facts, release).reasons;
  assert.ok(reason, "no reason is given");
  return reason;
};

describe("explain", () => {
  it("reports nothing for what is deployed and ready", () => {
    const ready: Workload = { ...deployment, status: { readyReplicas: 1 } };
    const facts: Facts = { pods: [], workloads: [ready], replicaSets: [], claims: [], events: [] };
    assert.deepEqual(explain([cart], facts, context), []);
  });

  const cases: [string, Pod, KubernetesEvent[], { cause: string; what: RegExp; todo: RegExp }][] = [
    [
      "a missing image",
      pod({
        name: "cart",
        state: {
          waiting: {
            reason: "ImagePullBackOff",
            message: 'Back-off pulling image: "example.com/cart:1.0.0": not found',
          },
        },
      }),
      [],
      {
        cause: "image",
        what: /image example\.com\/cart:1\.0\.0 cannot be pulled: the image or tag does not exist/,
        todo: /flotilla:services\.cart\.tag/,
      },
    ],
    [
      "an image that needs a login, known from an event only",
      pod({ name: "cart", state: { waiting: { reason: "ErrImagePull" } } }),
      [event("Pod", "cart-5d9f-abcde", 'Failed to pull image "example.com/cart:1.0.0": 401 Unauthorized')],
      { cause: "image", what: /its registry requires credentials/, todo: /flotilla:registries/ },
    ],
    [
      "a program that exits",
      pod({
        name: "cart",
        restartCount: 4,
        state: { waiting: { reason: "CrashLoopBackOff" } },
        lastState: { terminated: { exitCode: 127, reason: "Error" } },
      }),
      [],
      {
        cause: "crash",
        what: /exited with code 127 \(its command was not found\), 4 times so far/,
        todo: /kubectl -n shop logs cart-5d9f-abcde -c cart --previous/,
      },
    ],
    [
      "a program that uses too much memory",
      pod({
        name: "cart",
        restartCount: 1,
        state: { waiting: { reason: "CrashLoopBackOff" } },
        lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } },
      }),
      [],
      {
        cause: "memory",
        what: /used more memory than its limit of 128Mi and was killed, 1 time so far/,
        todo: /flotilla:services\.cart\.resources\.limits\.memory/,
      },
    ],
    [
      "a failing probe",
      pod({ name: "cart", ready: false, state: { running: {} } }, { phase: "Running" }),
      [event("Pod", "cart-5d9f-abcde", "Readiness probe failed: HTTP probe failed with statuscode: 503")],
      {
        cause: "probe",
        what: /container cart is running, but its readiness probe fails/,
        todo: /logs cart-5d9f-abcde/,
      },
    ],
    [
      "a store that a pod waits for",
      pod(
        { name: "cart", state: { waiting: { reason: "PodInitializing" } } },
        {
          init: { name: "wait-for-dependencies", started: true, state: { running: {} } },
        },
      ),
      [],
      {
        cause: "waiting",
        what: /waiting for redis \(redis:6379\), which does not respond/,
        todo: /instance=redis/,
      },
    ],
    [
      "several dependencies that a pod waits for",
      pod(
        { name: "cart", state: { waiting: { reason: "PodInitializing" } } },
        {
          awaited: "redis|answers|redis|6379 users|resolves|users|8080",
          init: { name: "wait-for-dependencies", started: true, state: { running: {} } },
        },
      ),
      [],
      {
        cause: "waiting",
        what: /waiting for all of redis \(redis:6379\), users \(the name users\); the last line of its log/,
        todo: /instance in \(redis,users\)/,
      },
    ],
    [
      "a service that a pod has waited for too long",
      pod(
        { name: "cart", state: { waiting: { reason: "PodInitializing" } } },
        {
          awaited: "users|answers|users|8080|120",
          init: {
            name: "wait-for-dependencies",
            state: { waiting: { reason: "CrashLoopBackOff" } },
            lastState: { terminated: { exitCode: 75, reason: "Error" } },
          },
        },
      ),
      [],
      {
        cause: "waiting",
        what: /waiting for users \(users:8080, for at most 120 s at a time\), which does not respond/,
        todo: /instance=users/,
      },
    ],
    [
      "a wait image that is missing",
      pod(
        { name: "cart", state: { waiting: { reason: "PodInitializing" } } },
        {
          init: {
            name: "wait-for-dependencies",
            state: { waiting: { reason: "ImagePullBackOff", message: '"busybox:1.37.0": not found' } },
          },
        },
      ),
      [],
      {
        cause: "image",
        what: /image busybox:1\.37\.0 cannot be pulled/,
        todo: /^pulumi config set --path flotilla:waitImage\.tag <existing tag> --stack prod$/,
      },
    ],
    [
      "a missing Secret",
      pod({
        name: "cart",
        state: { waiting: { reason: "CreateContainerConfigError", message: 'secret "cart-env" not found' } },
      }),
      [],
      { cause: "configuration", what: /secret "cart-env" not found/, todo: /get secrets,configmaps/ },
    ],
    [
      "a volume that cannot be mounted",
      pod({ name: "cart", state: { waiting: { reason: "ContainerCreating" } } }),
      [
        event("Pod", "cart-5d9f-abcde", 'MountVolume.SetUp failed for volume "data"', {
          reason: "FailedMount",
        }),
      ],
      { cause: "volume", what: /one of its volumes cannot be mounted/, todo: /describe pod/ },
    ],
    [
      "a pod without a node",
      pod(undefined, {
        conditions: [
          {
            type: "PodScheduled",
            status: "False",
            reason: "Unschedulable",
            message: "0/2 nodes are available: 2 Insufficient cpu.",
          },
        ],
      }),
      [],
      {
        cause: "unschedulable",
        what: /2 of 2 nodes do not have enough free cpu \(it requests 4\)/,
        todo: /describe nodes/,
      },
    ],
    [
      "a pod that was evicted",
      pod(undefined, {
        phase: "Failed",
        reason: "Evicted",
        message: "The node was low on resource: memory.",
      }),
      [],
      { cause: "node", what: /rejected or evicted it: Evicted/, todo: /describe pod/ },
    ],
    [
      "a pod that has just started",
      pod({ name: "cart", ready: false, state: { running: {} } }, { phase: "Running" }),
      [],
      { cause: "starting", what: /not ready yet/, todo: /describe pod/ },
    ],
  ];
  for (const [name, object, events, expected] of cases)
    it(`explains ${name}`, () => {
      const reason = first({ pods: [object], events });
      assert.equal(reason.cause, expected.cause);
      assert.match(reason.what, expected.what);
      assert.match(reason.todo.join("\n"), expected.todo);
    });

  it("reports quotas, Pod Security and webhooks that prevent pods from being created", () => {
    const replicaSet = (message: string): Workload => ({
      ...deployment,
      kind: "ReplicaSet",
      metadata: { name: "cart-5d9f", labels: labels("cart") },
      status: { conditions: [{ type: "ReplicaFailure", status: "True", reason: "FailedCreate", message }] },
    });
    const of = (message: string) => first({ replicaSets: [replicaSet(message)] });
    const quota = of(
      'pods "cart-5d9f-x" is forbidden: exceeded quota: flotilla, requested: pods=1, used: pods=5, limited: pods=5',
    );
    assert.equal(quota.cause, "quota");
    assert.match(
      quota.what,
      /quota flotilla is exhausted: one more pod requests pods=1; pods=5 of pods=5 is used/,
    );
    assert.match(
      of('pods "x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true').what,
      /they violate its Pod Security level/,
    );
    assert.match(
      of('admission webhook "policy.example.com" denied the request: no').what,
      /policy\.example\.com refuses them/,
    );
  });

  it("reports the missing StorageClass of a claim instead of the pod that waits for it", () => {
    const claim = {
      metadata: { name: "data-cart-0", labels: labels("cart") },
      spec: { storageClassName: "fast" },
      status: { phase: "Pending" },
    };
    const waiting = pod(undefined, {
      conditions: [
        {
          type: "PodScheduled",
          status: "False",
          message: "0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
        },
      ],
    });
    const { reasons } = why({
      pods: [waiting],
      claims: [claim],
      events: [event("PersistentVolumeClaim", "data-cart-0", 'storageclass.storage.k8s.io "fast" not found')],
    });
    assert.equal(reasons.length, 1);
    assert.match(reasons[0]?.what ?? "", /the cluster has no StorageClass fast/);
  });

  it("reads from events what deleted pods waited for, of this release and since the update", () => {
    const scheduling = (name: string, time: string) =>
      event("Pod", name, "0/2 nodes are available: 2 Insufficient memory.", {
        reason: "FailedScheduling",
        lastTimestamp: time,
      });
    const gone: Workload = {
      ...deployment,
      kind: "ReplicaSet",
      metadata: { name: "cart-7c6d", labels: labels("cart") },
      spec: {
        template: { spec: { containers: [{ name: "c", resources: { requests: { memory: "9Gi" } } }] } },
      },
    };
    const ready: Workload = { ...deployment, status: { readyReplicas: 1 } };
    const finding = why(
      {
        workloads: [ready],
        replicaSets: [gone],
        events: [
          scheduling("cart-7c6d-aaaaa", "2026-01-01T10:01:00Z"),
          scheduling("cart-7c6d-bbbbb", "2026-01-01T10:02:00Z"),
          scheduling("cart-7c6d-ccccc", "2026-01-01T09:00:00Z"),
          scheduling("other-7c6d-ddddd", "2026-01-01T10:01:00Z"),
        ],
      },
      { error: "context deadline exceeded" },
    );
    assert.equal(finding.what, "its last update failed; the previous version keeps running");
    assert.equal(finding.reasons.length, 1, "two pods of one kind are one reason");
    assert.match(finding.reasons[0]?.what ?? "", /not have enough free memory \(it requests 9Gi\)/);
  });

  it("attributes nothing to a release that belongs to one with a longer name", () => {
    const facts: Facts = {
      pods: [],
      workloads: [],
      replicaSets: [],
      claims: [],
      events: [
        event("Pod", "cart-worker-7c6d-aaaaa", "0/1 nodes are available: 1 Too many pods.", {
          reason: "FailedScheduling",
        }),
      ],
    };
    const findings = explain(
      [
        { name: "cart", kind: "service" },
        { name: "cart-worker", kind: "service" },
      ],
      facts,
      context,
    );
    assert.deepEqual(
      findings.map(({ release, reasons }) => [release, reasons.length]),
      [
        ["cart", 0],
        ["cart-worker", 1],
      ],
    );
  });

  it("reports an operation that helm did not complete, and what to do when nothing else is known", () => {
    const ready: Workload = { ...deployment, status: { readyReplicas: 1 } };
    const pending = why({ workloads: [ready] }, { status: "pending-upgrade" });
    assert.match(pending.what, /in progress or was interrupted \(pending-upgrade\)/);
    assert.match(pending.reasons[0]?.todo.join() ?? "", /npx flotilla recover --stack prod/);
    const failed = why({ workloads: [ready] }, { error: "timed out" });
    assert.deepEqual(failed.reasons[0]?.said, ["timed out"]);
  });

  it("does not take an event of a deleted pod for one of its successor with the same name", () => {
    const starting: Pod = pod(
      { name: "cart", ready: false, state: { running: {} } },
      { name: "cart-0", phase: "Running" },
    );
    const failed = (uid: string) =>
      event("Pod", "cart-0", "Readiness probe failed: connection refused", {
        reason: "Unhealthy",
        involvedObject: { kind: "Pod", name: "cart-0", uid },
      });
    const of = (uid: string) =>
      first(
        { pods: [{ ...starting, metadata: { ...starting.metadata, uid: "new" } }], events: [failed(uid)] },
        { status: "pending-upgrade" },
      );
    assert.equal(of("new").cause, "probe");
    assert.equal(of("old").cause, "starting");
  });

  it("does not explain a new pod by events of older versions while helm is working on the release", () => {
    const replicaSet = (name: string, revision: string): Workload => ({
      kind: "ReplicaSet",
      metadata: {
        name,
        labels: labels("cart"),
        annotations: { "deployment.kubernetes.io/revision": revision },
      },
      spec: { replicas: 0 },
    });
    const facts = {
      pods: [pod({ name: "cart", ready: false, state: { running: {} } }, { name: "cart-new-aaaaa" })],
      replicaSets: [replicaSet("cart-new", "3"), replicaSet("cart-old", "2")],
      events: [event("Pod", "cart-old-bbbbb", "Back-off restarting failed container", { reason: "BackOff" })],
    };
    assert.equal(first(facts, { status: "pending-upgrade" }).cause, "starting");
    const after = first({ ...facts, pods: [] }, { error: "timed out" });
    assert.deepEqual([after.cause, after.object], ["crash", "Pod cart-old-bbbbb (gone)"]);
  });

  const gone = (reason: string, message: string, more: Partial<KubernetesEvent["involvedObject"]> = {}) =>
    event("Pod", "cart-old-bbbbb", message, {
      reason,
      type: /^(Failed|BackOff|Evicted)/.test(reason) ? "Warning" : "Normal",
      involvedObject: { kind: "Pod", name: "cart-old-bbbbb", uid: "1", ...more },
    });

  it("does not report a problem of a deleted pod that was over: a volume that was not bound at first", () => {
    const volume = gone(
      "FailedScheduling",
      "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
    );
    const crash = gone("BackOff", "Back-off restarting failed container");
    const causes = (...events: KubernetesEvent[]) =>
      why({ events }, { error: "timed out" }).reasons.map(({ cause }) => cause);
    assert.deepEqual(causes(volume, crash), ["volume", "crash"]);
    assert.deepEqual(causes(volume, gone("Scheduled", "assigned"), crash), ["crash"]);
    assert.deepEqual(causes(volume, gone("Scheduled", "assigned", { uid: "2" }), crash), ["volume", "crash"]);
    const mount = gone("FailedMount", "MountVolume.SetUp failed");
    assert.deepEqual(causes(mount, crash, gone("Started", "started")), ["crash"]);
  });

  it("does not say that a version without pods keeps running", () => {
    const stopped: Workload = { ...deployment, spec: { replicas: 0 } };
    assert.match(
      why({ workloads: [stopped] }, { error: "timed out" }).what,
      /the previous version has no pods/,
    );
  });

  it("knows how a proxy says that a registry does not exist", () => {
    const message = "failed to do request: getaddrinfo ENOTFOUND registry.example.com";
    const waiting = { name: "cart", state: { waiting: { reason: "ErrImagePull", message } } };
    assert.match(first({ pods: [pod(waiting)] }).what, /the nodes cannot reach its registry/);
  });

  it("says how far a deleted pod came if no event is a warning", () => {
    const started = (fieldPath: string) =>
      first(
        { events: [gone("Pulled", "pulled"), gone("Started", "Container started", { fieldPath })] },
        { status: "failed" },
      );
    assert.match(
      started("spec.initContainers{wait-for-dependencies}").what,
      /its init container wait-for-dependencies started, but no other/,
    );
    assert.match(started("spec.containers{cart}").what, /container cart started, but no event says why/);
  });

  it("says that a container was killed because of its liveness probe, not that it crashed", () => {
    const restarted = pod(
      {
        name: "cart",
        ready: false,
        restartCount: 2,
        state: { running: {} },
        lastState: { terminated: { exitCode: 137 } },
      },
      { phase: "Running" },
    );
    const about = (type: string, reason: string, message: string) =>
      event("Pod", "cart-5d9f-abcde", message, { type, reason });
    const failed = about("Warning", "Unhealthy", "Liveness probe failed: context deadline exceeded");
    const killing = about("Normal", "Killing", "Container cart failed liveness probe, will be restarted");
    const { cause, what, said } = first({ pods: [restarted], events: [failed, killing] });
    assert.equal(cause, "probe");
    assert.match(what, /its liveness probe failed, and it was restarted 2 times so far/);
    assert.deepEqual(said, ["Liveness probe failed: context deadline exceeded"]);
    assert.equal(first({ pods: [restarted], events: [failed] }).cause, "crash");
  });

  it("names the disk limit that a pod was evicted for, also after the pod is gone", () => {
    const message = "Pod ephemeral local storage usage exceeds the total limit of containers 64Mi. ";
    const evicted = pod(undefined, { phase: "Failed", reason: "Evicted", message });
    for (const facts of [{ pods: [evicted] }, { events: [gone("Evicted", message)] }]) {
      const { what, todo } = first(facts, { error: "timed out" });
      assert.match(what, /used more disk than its limit of 64Mi/);
      assert.match(todo.join(), /resources\.limits\.ephemeral-storage/);
    }
  });

  it("masks a Secret's value that a program has logged", () => {
    assert.equal(
      withoutSecrets("cannot log in with s3cr3tvalue (s3cr3tvalue)", ["s3cr3tvalue"]),
      "cannot log in with (masked) ((masked))",
    );
  });
});

describe("a load balancer without an address", () => {
  const ready: Workload = { ...deployment, status: { readyReplicas: 1 } };
  const service = (ingress?: unknown[]) => ({
    metadata: { name: "cart", labels: labels("cart") },
    spec: { type: "LoadBalancer" },
    status: { loadBalancer: ingress === undefined ? {} : { ingress } },
  });
  const facts = { workloads: [ready], services: [service()] };

  it("is reported while helm waits for it, with what to do", () => {
    const { cause, object, what, todo } = first(facts, { status: "pending-install" });
    assert.deepEqual([cause, object], ["balancer", "Service cart"]);
    assert.match(what, /its load balancer has no address/);
    assert.match(
      todo.join("\n"),
      /describe service cart.*flotilla:loadBalancer\.className.*flotilla:ingress/s,
    );
    assert.doesNotMatch(todo.join("\n"), /recover/);
  });

  it("is reported with the cloud's message, also for a deployed release", () => {
    const events = [event("Service", "cart", "Error syncing load balancer: quota exceeded")];
    assert.deepEqual(first({ ...facts, events }).said, ["Error syncing load balancer: quota exceeded"]);
    assert.equal(why(facts).what, "its load balancer has no address");
  });

  it("is not reported once it has one, nor is a Service of another type", () => {
    const sound = { pods: [], replicaSets: [], claims: [], events: [], workloads: [ready] };
    const others = [service([{ ip: "203.0.113.1" }]), { ...service(), spec: { type: "ClusterIP" } }];
    for (const other of others)
      assert.deepEqual(explain([cart], { ...sound, services: [other] }, context), []);
  });
});

describe("an update in progress", () => {
  const pending: KnownRelease = { ...cart, status: "pending-upgrade" };
  const facts: Facts = {
    pods: [],
    workloads: [{ ...deployment, status: { readyReplicas: 1 } }],
    replicaSets: [],
    claims: [],
    events: [],
  };

  it("is waited for, and not recovered from", () => {
    const [finding] = explain([pending], facts, { ...context, running: "ann@laptop, process 7" });
    assert.match(finding?.what ?? "", /^it is being updated/);
    const text = JSON.stringify(finding);
    assert.match(text, /ann@laptop, process 7.*wait until that update has finished/);
    assert.doesNotMatch(text, /recover/);
    const shown = showFindings("prod", [finding as Finding], {
      running: { by: "ann@laptop, process 7" },
      hasEarlier: true,
    });
    assert.match(shown, /check again when it has finished/);
    assert.doesNotMatch(shown, /flotilla (up|rollback|recover)/);
  });

  it("is explained before the state has its releases; what it has not begun is not a finding", () => {
    const crashing: Facts = {
      ...facts,
      workloads: [deployment],
      pods: [
        pod({ name: "cart", restartCount: 1, lastState: { terminated: { exitCode: 1, reason: "Error" } } }),
      ],
    };
    const releases: KnownRelease[] = [
      { ...cart, status: "pending-install", isNew: true },
      { name: "web", kind: "service", isNew: true },
    ];
    const running = "ann@laptop, process 7";
    const [finding, ...more] = explain(releases, crashing, { ...context, running });
    assert.deepEqual(more, []);
    assert.match(finding?.reasons[0]?.what ?? "", /exited with code 1/);
    const idle = explain([releases[1] as KnownRelease], { ...facts, workloads: [] }, { ...context, running });
    assert.deepEqual(idle, []);
    const said = showFindings("prod", idle, { running: { by: running }, hasEarlier: false });
    assert.doesNotMatch(said, /Nothing is wrong/);
    assert.match(said, /The update by ann@laptop, process 7 is running/);
  });

  it("reports a release that has failed and was removed in it", () => {
    const gone = event("Pod", "web-5d9f-aaaaa", 'Failed to pull image "example.com/web:9": not found');
    const [finding] = explain(
      [{ name: "web", kind: "service", isNew: true }],
      { ...facts, workloads: [], events: [gone] },
      { ...context, running: "ann" },
    );
    assert.match(finding?.what ?? "", /its installation failed, and Helm has removed it/);
    assert.equal(finding?.reasons[0]?.cause, "image");
  });

  it("offers a rollback only to something that ran before", () => {
    const [finding] = explain([{ ...pending, error: "timed out" }], facts, context);
    const said = (hasEarlier: boolean) => showFindings("prod", [finding as Finding], { hasEarlier });
    assert.match(said(true), /flotilla rollback/);
    assert.doesNotMatch(said(false), /rollback/);
    assert.match(said(false), /flotilla up/);
  });

  it("is recovered from if no process is known to run it", () => {
    assert.match(
      JSON.stringify(explain([pending], facts, context)),
      /if no update is running: npx flotilla recover/,
    );
  });
});

describe("existing objects, in explain", () => {
  const error =
    'rendered manifests contain a resource that already exists. Unable to continue with update: ConfigMap "cart-files" in namespace "shop" exists and cannot be imported into the current release: invalid ownership metadata; label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm"';

  it("are named from Helm's error, with what to do", () => {
    const reason = first({}, { error });
    assert.equal(reason.object, "ConfigMap cart-files in namespace shop");
    assert.match(reason.todo.join("\n"), /flotilla diff --stack prod\n.*flotilla adopt --stack prod/);
  });

  it("are all named as they are found, also after an update without an error", () => {
    const what = "it exists already, and release cart would create it";
    const blocked = ["Service cart", "ConfigMap cart-files"].map((where) => ({ where, what, todo: "Do." }));
    for (const release of [{ blocked }, { blocked, error }, { blocked, status: undefined as never }])
      assert.deepEqual(
        why({}, release).reasons.map(({ object }) => object),
        ["Service cart", "ConfigMap cart-files"],
      );
  });
});
