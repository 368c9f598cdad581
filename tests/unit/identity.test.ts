/** Which cluster a stack belongs to: decisions based on identities, kubectl's answers and states. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { ClusterIdentity } from "../../src/model/cluster";
import { answerOf } from "../../src/runtime/ask-cluster";
import { namespaceProblem, strangerOf } from "../../src/runtime/check-namespace";
import {
  caDigest,
  foreignCluster,
  type IdentityCheck,
  identityName,
  identityText,
  isNamed,
  isSameCluster,
  isUnsure,
  recordOf,
} from "../../src/runtime/identity";
import { resolveTarget } from "../../src/runtime/kubeconfig";
import { ownerOf } from "../../src/runtime/owner";
import { providerArgs } from "../../src/runtime/provider";
import { type StateResource, stateIn } from "../../src/runtime/state";
import { readIdentity, verifyCluster } from "../../src/runtime/verify-cluster";

const certificate = (body: string) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
const cluster = (overrides: Partial<ClusterIdentity> = {}): ClusterIdentity => ({
  uid: "11111111-1111-1111-1111-111111111111",
  ca: "aaaaaaaaaaaaaaaa",
  name: "main",
  server: "https://one.example.com:6443/",
  ...overrides,
});
/** Returns an identity without the given keys. */
const without = (...keys: (keyof ClusterIdentity)[]): ClusterIdentity =>
  Object.fromEntries(
    Object.entries(cluster()).filter(([key]) => !keys.includes(key as keyof ClusterIdentity)),
  ) as unknown as ClusterIdentity;

const names = fc.constantFrom("main", "other", "kubernetes");
const servers = fc.constantFrom("https://one.example.com:6443/", "https://two.example.com/");
const digests = fc.option(fc.constantFrom("aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"), { nil: undefined });
/** Any cluster entry of a kubeconfig, with this UID. */
const seenAs = (uid: string | undefined): fc.Arbitrary<ClusterIdentity> =>
  fc.record({ name: names, server: servers, ca: digests }).map(({ ca, ...rest }) => ({
    ...rest,
    ...(ca === undefined ? {} : { ca }),
    ...(uid === undefined ? {} : { uid }),
  }));

describe("the identity of a cluster", () => {
  it("is the same with any kubeconfig, as long as the UID is", () => {
    fc.assert(
      fc.property(
        fc.uuid().chain((uid) => fc.tuple(seenAs(uid), seenAs(uid))),
        ([a, b]) => {
          assert.equal(isSameCluster(a, b), true);
          assert.deepEqual(recordOf(a, b), b);
          assert.equal(foreignCluster(check({ recorded: a, current: b })), undefined);
        },
      ),
    );
  });

  it("is different when both have a UID and these differ, whatever else is the same", () => {
    fc.assert(
      fc.property(
        fc
          .uniqueArray(fc.uuid(), { minLength: 2, maxLength: 2 })
          .chain(([a, b]) => fc.tuple(seenAs(a), seenAs(b))),
        ([a, b]) => {
          assert.equal(isSameCluster(a, b), false);
          assert.notEqual(foreignCluster(check({ recorded: a, current: b })), undefined);
        },
      ),
    );
  });

  it("falls back to address and CA together, and needs more evidence if only one of them is the same", () => {
    const unread = without("uid");
    assert.equal(isSameCluster(cluster(), unread), true);
    assert.equal(isUnsure(cluster(), unread), false);
    const bare = without("uid", "ca");
    assert.equal(isSameCluster(bare, { ...bare, name: "renamed" }), true);
    for (const current of [
      { ...unread, server: "https://rancher.example.com/k8s/clusters/c-2" },
      { ...unread, ca: "bbbbbbbbbbbbbbbb" },
      bare,
    ]) {
      assert.equal(isSameCluster(cluster(), current), false);
      assert.equal(isUnsure(cluster(), current), true);
      const known = { recorded: cluster(), current, namespace: "shop-prod" };
      assert.equal(foreignCluster(check({ ...known, hasNamespace: true })), undefined);
      assert.ok(foreignCluster(check({ ...known, hasNamespace: false })));
    }
  });

  it("does not depend on which of the two was recorded", () => {
    const any = fc.option(fc.constantFrom("a", "b"), { nil: undefined }).chain((uid) => seenAs(uid));
    fc.assert(fc.property(any, any, (a, b) => isSameCluster(a, b) === isSameCluster(b, a)));
  });

  it("is shown as its UID, else its CA, else its name", () => {
    assert.equal(identityName(cluster()), cluster().uid);
    assert.equal(identityName(without("uid")), "ca:aaaaaaaaaaaaaaaa");
    assert.equal(identityName(without("uid", "ca")), "name:main");
    assert.equal(identityText(without("uid")), "ca:aaaaaaaaaaaaaaaa at https://one.example.com:6443/");
  });

  it("matches its UID, and less only if that cannot be read", () => {
    assert.equal(isNamed(cluster().uid as string, cluster()), true);
    for (const setting of ["ca:aaaaaaaaaaaaaaaa", "name:main", "main", "11111111", ""])
      assert.equal(isNamed(setting, cluster()), false, setting);
    for (const setting of ["ca:aaaaaaaaaaaaaaaa", "name:main"])
      assert.equal(isNamed(setting, without("uid")), true, setting);
    assert.equal(isNamed("ca:undefined", without("uid", "ca")), false);
    assert.equal(isNamed("undefined", without("uid")), false);
  });

  it("keeps a recorded UID that cannot be read this time", () => {
    const unread = without("uid");
    assert.deepEqual(recordOf(cluster(), unread), { ...unread, uid: cluster().uid });
    assert.deepEqual(recordOf(undefined, unread), unread);
    const other = { ...cluster(), uid: "22222222-2222-2222-2222-222222222222" };
    assert.deepEqual(recordOf(cluster(), other), other);
  });
});

describe("the digest of a CA", () => {
  const [a, b] = [certificate("QUJD\nREVG"), certificate("R0hJ")];

  it("is the same for every order and format", () => {
    const digest = caDigest(a + b);
    assert.match(digest ?? "", /^[0-9a-f]{16}$/);
    for (const text of [
      b + a,
      `${a}\n\n${b}\n`,
      (a + b).replaceAll("\n", "\r\n"),
      (a + b).replaceAll("\n", "\n  "),
      certificate("QUJDREVG") + b,
      `# the old one\n${a}# the new one\n${b}`,
    ])
      assert.equal(caDigest(text), digest, text);
  });

  it("differs for different certificates, and is undefined without any", () => {
    const digests = [a, b, a + b, certificate("QUJDREVH")].map(caDigest);
    assert.equal(new Set(digests).size, digests.length);
    for (const text of ["", "no certificate", "-----BEGIN PRIVATE KEY-----\nQQ==\n-----END PRIVATE KEY-----"])
      assert.equal(caDigest(text), undefined);
  });
});

const check = (overrides: Partial<IdentityCheck>): IdentityCheck => ({
  current: cluster(),
  isDeployed: true,
  mayMove: true,
  stack: "prod",
  context: "here",
  ...overrides,
});
const other = cluster({ uid: "22222222-2222-2222-2222-222222222222", server: "https://two.example.com/" });

describe("another cluster than the stack's", () => {
  it("is refused with both identities and addresses, and what to do", () => {
    const problem = foreignCluster(check({ recorded: cluster(), current: other }));
    assert.equal(problem?.where, "cluster of stack prod");
    assert.equal(
      problem?.what,
      'the stack is deployed in 11111111-1111-1111-1111-111111111111 at https://one.example.com:6443/, but context "here" points to 22222222-2222-2222-2222-222222222222 at https://two.example.com/',
    );
    assert.match(
      problem?.todo ?? "",
      /^Point KUBECONFIG or flotilla:cluster\.context to the cluster of prod\.\n/,
    );
    assert.match(problem?.todo ?? "", /npx flotilla init <stack>/);
    assert.match(
      problem?.todo ?? "",
      /pulumi config set --path flotilla:cluster\.identity 22222222-2222-2222-2222-222222222222 --stack prod$/,
    );
  });

  it("is reported with why it could not be read, and whose account was used", () => {
    const current = { ...without("uid"), ca: "bbbbbbbbbbbbbbbb" };
    const { context, ...inPod } = check({ recorded: cluster(), current, unread: "no permission to read it" });
    assert.match(
      foreignCluster({ ...inPod, ...(context === undefined ? {} : { context }) })?.what ?? "",
      /points to ca:bbbbbbbbbbbbbbbb at https:\/\/one\.example\.com:6443\/ \(no permission to read it\)$/,
    );
    assert.match(foreignCluster(inPod)?.what ?? "", /but this pod's account points to ca:bbbbbbbbbbbbbbbb/);
  });

  it("is allowed only by a setting that names it", () => {
    assert.equal(
      foreignCluster(check({ recorded: cluster(), current: other, named: other.uid as string })),
      undefined,
    );
    for (const recorded of [cluster(), undefined]) {
      const problem = foreignCluster(
        check({ ...(recorded && { recorded }), current: other, named: cluster().uid as string }),
      );
      assert.equal(problem?.where, "flotilla:cluster.identity");
      assert.match(
        problem?.what ?? "",
        /^the setting is 11111111-\S+, but context "here" points to 22222222-\S+ at https:\/\/two\.example\.com\/$/,
      );
      assert.match(
        problem?.todo ?? "",
        /If this cluster replaces it: pulumi config set --path flotilla:cluster\.identity 22222222-\S+ --stack prod$/,
      );
    }
  });

  it("is allowed only to a command that moves the stack", () => {
    const moving = { recorded: cluster(), current: other, named: other.uid as string };
    assert.equal(foreignCluster(check(moving)), undefined);
    const problem = foreignCluster(check({ ...moving, mayMove: false }));
    assert.match(problem?.what ?? "", /the settings move the stack from 11111111-\S+ .* to 22222222-/);
    assert.match(problem?.todo ?? "", /npx flotilla up --stack prod/);
    const there = { recorded: other, current: other, named: other.uid as string, mayMove: false };
    assert.equal(foreignCluster(check(there)), undefined);
  });

  it("does not exist before the first update", () => {
    assert.equal(foreignCluster(check({ current: other, isDeployed: false })), undefined);
  });

  it("is detected by its namespace if an older version recorded no identity", () => {
    assert.equal(foreignCluster(check({ hasNamespace: true, namespace: "shop-prod" })), undefined);
    for (const hasNamespace of [false, undefined]) {
      const problem = foreignCluster(
        check({ namespace: "shop-prod", ...(hasNamespace === undefined ? {} : { hasNamespace }) }),
      );
      assert.match(problem?.what ?? "", /written by a version that did not record the cluster/);
      assert.match(problem?.what ?? "", /this cluster does not have the deployed namespace shop-prod/);
      assert.match(problem?.todo ?? "", /^Update prod once with the kubeconfig of its cluster/);
    }
  });
});

describe("reading the identity", () => {
  const target = resolveTarget(
    {
      contexts: [{ name: "here", context: { cluster: "main" } }],
      clusters: [
        {
          name: "main",
          cluster: {
            server: "https://one.example.com:6443",
            "certificate-authority-data": Buffer.from(certificate("QUJD")).toString("base64"),
          },
        },
      ],
    },
    "here",
    { files: "config", key: "flotilla:cluster.context", stack: "prod" },
  );
  assert.ok("context" in target);
  const named = { ca: caDigest(certificate("QUJD")), name: "main", server: "https://one.example.com:6443/" };
  const of = { project: "flotilla", stack: "prod" };

  it("sends one request, for kube-system", async () => {
    const asked: string[] = [];
    const { identity } = await readIdentity(async (path) => {
      asked.push(path);
      return { object: { metadata: { uid: "u" } } };
    }, target);
    assert.deepEqual(identity, { uid: "u", ...named });
    assert.deepEqual(asked, ["/api/v1/namespaces/kube-system"]);
  });

  it("falls back to the CA if kube-system cannot be read, and says so", async () => {
    for (const [answer, why] of [
      [
        { unread: "no permission to read it" },
        /UID of kube-system \(namespace kube-system: no permission to read it\)/,
      ],
      [{ missing: true as const }, /UID of kube-system \(there is no namespace kube-system\)/],
    ] as const) {
      const verified = await verifyCluster(
        async () => answer,
        target,
        { cluster: {} as never },
        { isDeployed: false },
        of,
      );
      assert.deepEqual(verified.identity, named);
      assert.match(verified.warnings.join(), /only identified by its CA certificate/);
      assert.match(verified.warnings.join(), why);
    }
  });

  it("fails with a message if there is no answer", async () => {
    await assert.rejects(
      readIdentity(() => Promise.reject(new Error("connection refused")), target),
      /context "here" at https:\/\/one\.example\.com:6443\/ does not answer: connection refused/,
    );
  });

  it("only reads the namespace of an older state, and uses its UID", async () => {
    const asked: string[] = [];
    const verify = (isDeployed: boolean, uid: string) => {
      asked.length = 0;
      return verifyCluster(
        async (path) => {
          asked.push(path);
          return { object: { metadata: { uid: path.endsWith("kube-system") ? "k" : "n" } } };
        },
        target,
        { cluster: {} as never },
        { isDeployed, namespace: { name: "shop-prod", uid } },
        of,
      );
    };
    await verify(true, "n");
    assert.deepEqual(asked, ["/api/v1/namespaces/kube-system", "/api/v1/namespaces/shop-prod"]);
    await verify(false, "n");
    assert.equal(asked.length, 1);
    await assert.rejects(
      verify(true, "another"),
      /does not have the deployed namespace shop-prod.*\n.*Update prod once/s,
    );
  });
});

describe("an answer of kubectl", () => {
  const failed = (stderr: string, more: object = {}) =>
    Object.assign(new Error("Command failed: kubectl get"), { stderr, ...more });

  it("distinguishes a missing object from one that may not be read", () => {
    assert.deepEqual(answerOf(failed('Error from server (NotFound): namespaces "kube-system" not found\n')), {
      missing: true,
    });
    assert.deepEqual(
      answerOf(
        failed(
          'Error from server (Forbidden): namespaces "kube-system" is forbidden: User "ci" cannot get resource',
        ),
      ),
      { unread: "no permission to read it" },
    );
    assert.deepEqual(answerOf(failed("", { code: "ENOENT" })), { unread: "kubectl is not on PATH" });
  });

  it("throws kubectl's last line if the API server did not answer properly", () => {
    assert.throws(
      () => answerOf(failed("E1128 memcache.go: trying again\nThe connection to the server was refused\n")),
      { message: "The connection to the server was refused" },
    );
    assert.throws(() => answerOf(failed("")), { message: "Command failed: kubectl get" });
    assert.throws(() => answerOf(failed("error: You must be logged in to the server (Unauthorized)")), {
      message: /Unauthorized/,
    });
    assert.throws(() => answerOf(new Error("no output at all")), { message: "no output at all" });
  });
});

describe("the namespace of an update", () => {
  const owner = { stack: "flotilla/prod", id: "0123456789ab" };
  const live = (overrides: object = {}) => ({ uid: "u", annotations: {}, isGoing: false, ...overrides });
  const own = { "flotilla.dev/stack": owner.stack, "flotilla.dev/stack-id": owner.id };
  const problem = (
    ...args: [Parameters<typeof namespaceProblem>[1], Parameters<typeof namespaceProblem>[2]]
  ) => namespaceProblem("shop", ...args, { owner, stack: "prod" });

  it("may be the stack's own, or missing", () => {
    const known = { name: "shop", uid: "u" };
    assert.equal(problem(known, live({ annotations: own })), undefined);
    assert.equal(problem(known, live()), undefined, "written by a version without owners");
    assert.equal(problem({ name: "shop" }, live()), undefined, "from a state without its UID");
    assert.equal(problem(undefined, undefined), undefined);
  });

  it("may not be another stack's, known or unknown", () => {
    const annotations = { "flotilla.dev/stack": "flotilla/blue", "flotilla.dev/stack-id": "ba9876543210" };
    for (const known of [undefined, { name: "shop", uid: "u" }]) {
      const found = problem(known, live({ annotations }));
      assert.equal(found?.where, "namespace shop");
      assert.equal(
        found?.what,
        "the namespace belongs to stack flotilla/blue (id ba9876543210), not to this stack, flotilla/prod (id 0123456789ab)",
      );
      assert.match(found?.todo ?? "", /npx flotilla adopt --stack prod --given-up ba9876543210$/);
    }
    const nameless = live({ annotations: { "flotilla.dev/stack-id": "ba9876543210" } });
    assert.deepEqual(strangerOf(nameless, owner), { stack: "unknown", id: "ba9876543210" });
    assert.match(problem(undefined, nameless)?.todo ?? "", /--given-up ba9876543210$/);
  });

  it("is not taken over silently; adopt does that", () => {
    const found = problem(undefined, live());
    assert.match(found?.what ?? "", /already exists, but is not in the stack's state/);
    assert.match(found?.todo ?? "", /npx flotilla adopt --stack prod/);
  });

  it("is reported as lost, being deleted, or recreated", () => {
    const known = { name: "shop", uid: "u" };
    const lost = problem(known, undefined);
    assert.match(lost?.what ?? "", /the namespace is in the state, but not in the cluster/);
    assert.match(lost?.todo ?? "", /npx flotilla up --stack prod\. Volumes start empty/);
    const going = problem(known, live({ isGoing: true }));
    assert.match(going?.what ?? "", /being deleted/);
    assert.match(going?.todo ?? "", /kubectl get namespace shop/);
    const again = problem(known, live({ uid: "v" }));
    assert.match(again?.what ?? "", /deleted and recreated/);
    assert.match(again?.todo ?? "", /npx flotilla recover --stack prod/);
  });
});

describe("the identity in a state", () => {
  const urn = (types: string, name: string) => `urn:pulumi:prod::flotilla::${types}::${name}`;
  const application = (outputs: Record<string, unknown>): Record<string, StateResource> => ({
    [urn("flotilla:index:Application", "shop")]: { type: "flotilla:index:Application", outputs },
  });
  const stack = {
    [urn("pulumi:pulumi:Stack", "flotilla-prod")]: {
      type: "pulumi:pulumi:Stack",
      outputs: { application: "shop", environment: "prod", namespace: "shop-prod" },
    },
  };
  const namespace = (annotations?: Record<string, string>) => ({
    [urn("flotilla:index:Application$kubernetes:core/v1:Namespace", "shop-prod")]: {
      type: "kubernetes:core/v1:Namespace",
      outputs: { metadata: { name: "shop-prod", uid: "u", ...(annotations && { annotations }) } },
    },
  });
  const provider = (outputs: Record<string, unknown>) => ({
    [urn("pulumi:providers:kubernetes", "cluster")]: { type: "pulumi:providers:kubernetes", outputs },
  });
  const guarded = {
    ...Object.fromEntries(
      ["db-auth", "web-auth", "web-env"].map((name) => [
        urn("flotilla:index:Application$kubernetes:core/v1:Secret", name),
        { type: "kubernetes:core/v1:Secret", outputs: {} },
      ]),
    ),
    [urn("flotilla:index:Application$random:index/randomPassword:RandomPassword", "db-app")]: {
      type: "random:index/randomPassword:RandomPassword",
      outputs: {},
    },
    ...Object.fromEntries(
      [
        ["Store", "db"],
        ["Microservice", "web"],
      ].map(([kind, name]) => [
        urn(`flotilla:index:${kind}$kubernetes:helm.sh/v3:Release`, name as string),
        {
          type: "kubernetes:helm.sh/v3:Release",
          outputs: { name, chart: "./charts/store", values: {} },
        },
      ]),
    ),
  };

  it("is empty in an empty state", () => {
    const nothing = {
      deployed: {},
      deployedGuarded: { secrets: [], passwords: [] },
      objects: [],
      cluster: { isDeployed: false },
    };
    assert.deepEqual(stateIn({}), nothing);
    assert.deepEqual(stateIn({ ...stack, ...provider({}) }), nothing);
  });

  it("of an older version has the namespace and no cluster", () => {
    const state = stateIn({
      ...stack,
      ...application({}),
      ...provider({ kubeconfig: "..." }),
      ...namespace(),
    });
    assert.deepEqual(state, {
      deployed: {},
      deployedGuarded: { secrets: [], passwords: [] },
      deployedPlace: { namespace: "shop-prod", application: "shop", environment: "prod" },
      deployedNamespace: "created",
      objects: ["Namespace/shop-prod"],
      cluster: { isDeployed: true, namespace: { name: "shop-prod", uid: "u" } },
    });
  });

  it("of this version has the cluster, the provider's fixed identifier, and the stack's id", () => {
    const state = stateIn({
      ...stack,
      ...application({ cluster: cluster(), id: "0123456789ab" }),
      ...provider({ clusterIdentifier: "fixed" }),
      ...namespace({ "flotilla.dev/stack-id": "0123456789ab" }),
      ...guarded,
    });
    assert.deepEqual(state.cluster, {
      recorded: cluster(),
      namespace: { name: "shop-prod", uid: "u", owner: "0123456789ab" },
      isDeployed: true,
    });
    assert.deepEqual([state.identifier, state.id], ["fixed", "0123456789ab"]);
    assert.deepEqual(state.deployedGuarded, { secrets: ["db-auth"], passwords: ["db-app"] });
    assert.deepEqual(Object.keys(state.deployed).sort(), ["db", "web"]);
    // Without metadata, a Secret is known by its resource name.
    assert.deepEqual(state.objects.slice(1), ["Secret/db-auth", "Secret/web-auth", "Secret/web-env"]);
  });

  it("takes the id from the namespace if an update ended before it could record it", () => {
    assert.equal(stateIn(namespace({ "flotilla.dev/stack-id": "0123456789ab" })).id, "0123456789ab");
  });

  it("does not know the application if no update has completed", () => {
    assert.deepEqual(stateIn(namespace()).deployedPlace, { namespace: "shop-prod" });
  });
});

describe("the provider", () => {
  it("gets a fixed identifier, the context by name, and no text of a kubeconfig", () => {
    assert.deepEqual(providerArgs({}, { context: "here" }, "fixed"), {
      kubeconfig: "",
      context: "here",
      clusterIdentifier: "fixed",
      enableSecretMutable: true,
    });
  });

  it("reads the file that the settings name, and needs no context inside a pod", () => {
    assert.equal(providerArgs({ kubeconfig: "~/prod" }, { context: "here" }, "fixed").kubeconfig, "~/prod");
    assert.ok(!("context" in providerArgs({}, undefined, "fixed")));
  });
});

describe("the owner of what a stack deploys", () => {
  it("has the id of its state, else a random one", () => {
    const of = { project: "flotilla", stack: "prod" };
    assert.deepEqual(ownerOf(of, "0123456789ab"), { stack: "flotilla/prod", id: "0123456789ab" });
    const [a, b] = [ownerOf(of).id, ownerOf(of).id];
    assert.match(a, /^[0-9a-f]{12}$/);
    assert.notEqual(a, b);
  });
});
