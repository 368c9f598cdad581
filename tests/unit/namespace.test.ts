/** Existing namespaces: others own them, or a stack takes them over. */
import assert from "node:assert/strict";
import { decide } from "../../cli/core/destroy/decide";
import type { ManifestObject } from "../../cli/core/diff/manifests";
import { notAskedFor, refusedByLevel, tooLittle } from "../../cli/core/namespace-fit";
import { type ExportedResource, isRetained, isShared } from "../../cli/core/state";
import { othersReleases } from "../../cli/stack/adoption/namespace";
import { unprotected } from "../../cli/stack/destruction/unprotect";
import { placeProblems } from "../../src/config/conflicts";
import { unwritten } from "../../src/config/file";
import { chosenNamespace } from "../../src/config/namespace";
import type { StackConfig } from "../../src/config/settings";
import { plan } from "../../src/plan";
import type { NamespaceOrigin } from "../../src/plan/deployed";
import { guardRails } from "../../src/plan/namespace/guard-rails";
import { asAdopted } from "../../src/plan/namespace/namespace";
import { isCreatedByOthers, namespaceProblem } from "../../src/runtime/check-namespace";
import { readInstalled } from "../../src/runtime/installed-releases";
import { stateIn } from "../../src/runtime/state";
import { application, contextFor, problemsOf, redis, settingsOf } from "../support";

const shop = application({ stores: { cache: redis() } });
const owner = { stack: "flotilla/dev", id: "0123456789ab" };
const place = (config: Record<string, unknown> = {}, deployedNamespace?: NamespaceOrigin, of = shop) =>
  plan(
    contextFor(
      of,
      { namespace: { name: "team", create: false }, ...config },
      { owner, ...(deployedNamespace && { deployedNamespace }) },
    ),
  ).namespace;

describe("the setting of a namespace", () => {
  it("does not create namespaces that every cluster has", () => {
    for (const name of ["kube-system", "kube-public", "kube-node-lease"]) {
      for (const namespace of [name, { name }, { name, create: true }])
        assert.match(
          problemsOf(() => settingsOf({ namespace }))[0]?.what ?? "",
          /system namespace of Kubernetes/,
        );
      settingsOf({ namespace: { name, create: false } });
    }
  });

  it("is a name, or a map in which the name is optional", () => {
    assert.deepEqual(chosenNamespace("team"), { name: "team", create: true });
    assert.deepEqual(chosenNamespace({ name: "team", create: false }), { name: "team", create: false });
    assert.deepEqual(chosenNamespace({ create: false }), { create: false });
    assert.deepEqual(chosenNamespace(undefined), { create: true });
    const { namespace } = plan(contextFor(shop, { namespace: { create: false } }));
    assert.deepEqual([namespace.name, namespace.create], ["shop-dev", false]);
    assert.equal(plan(contextFor(shop, { namespace: { name: "team" } })).namespace.name, "team");
  });

  it("is validated with a clear message", () => {
    const told = (namespace: unknown) =>
      problemsOf(() => settingsOf({ namespace })).map(({ where, what }) => `${where}: ${what}`);
    assert.match(told("Team").join(), /^flotilla:namespace: .*DNS label/);
    assert.match(told("a".repeat(64)).join(), /at most 63/);
    assert.match(told({ name: "Team" }).join(), /^flotilla:namespace\.name: .*DNS label/);
    assert.match(told({ name: "team", create: "no" }).join(), /flotilla:namespace\.create: must be/);
    assert.match(told({ nam: "team" }).join(), /flotilla:namespace\.nam/);
    assert.match(told([7]).join(), /the map \{name, create\}/);
    const [number] = problemsOf(() => settingsOf({ namespace: { name: 7 } }));
    assert.match(number?.todo ?? "", /in quotes/);
  });

  it("may be the same in two stacks that both leave it to others, but not with the same application", () => {
    const of = (stack: string, values: object): StackConfig => ({
      project: "flotilla",
      stack,
      files: [
        unwritten(`Pulumi.${stack}.yaml`, {
          application: stack,
          environment: "dev",
          cluster: { context: "here" },
          ...values,
        }),
      ],
    });
    const problems = (one: object, other: object) => placeProblems(of("a", one), () => [of("b", other)]);
    const own = { namespace: "team" };
    const used = { namespace: { name: "team", create: false } };
    assert.equal(problems(own, own).length, 1);
    assert.deepEqual(problems(used, used), []);
    assert.deepEqual(problems(own, used), []);
    assert.equal(problems({ ...used, application: "x" }, { ...used, application: "x" }).length, 1);
  });
});

describe("a namespace that others own", () => {
  it("gets nothing from the stack except a policy for the stack's own pods", () => {
    const planned = place();
    assert.deepEqual(Object.keys(guardRails(planned)), ["isolation"]);
    const { metadata, spec } = guardRails(planned).isolation ?? {};
    assert.equal(metadata?.name, "shop-dev-default-deny", "others often have a default-deny");
    assert.deepEqual(spec, {
      podSelector: {
        matchExpressions: [{ key: "app.kubernetes.io/instance", operator: "In", values: ["cache", "web"] }],
      },
      policyTypes: ["Ingress", "Egress"],
    });
    assert.deepEqual([planned.annotations, planned.podSecurity], [{}, {}]);
    assert.deepEqual(
      guardRails(place({}, undefined, application({ services: {}, stores: {} }))),
      {},
      "a selector of no values is not allowed",
    );
  });

  it("has a quota if the settings set one, with only what they set", () => {
    const { quota } = guardRails(place({ quota: { cpu: "9", pods: 50 } }));
    assert.equal(quota?.metadata.name, "shop-dev");
    assert.deepEqual(quota?.spec.hard, { "requests.cpu": "9", pods: "50" });
  });

  it("stays in the state if the stack created it before: otherwise the engine would delete it", () => {
    for (const origin of ["created", "adopted"] as const) {
      const planned = place({}, origin);
      assert.equal(planned.retain, true);
      assert.deepEqual(guardRails(planned).namespace?.metadata, { name: "team" });
    }
    assert.equal(place().retain, undefined);
  });

  it("must exist, and may belong to anyone", () => {
    const of = { owner, stack: "dev", create: false };
    const live = { uid: "u", annotations: {}, isGoing: false };
    const missing = namespaceProblem("team", undefined, undefined, of);
    assert.match(missing?.what ?? "", /does not exist/);
    assert.match(missing?.todo ?? "", /kubectl create namespace team/);
    assert.equal(
      namespaceProblem("team", undefined, undefined, { ...of, isMoving: true })?.what,
      missing?.what,
    );
    assert.equal(namespaceProblem("team", undefined, live, of), undefined);
    const annotations = { "flotilla.dev/stack": "flotilla/other", "flotilla.dev/stack-id": "ba9876543210" };
    assert.equal(namespaceProblem("team", undefined, { ...live, annotations }, of), undefined);
    assert.equal(
      namespaceProblem("team", { name: "team", uid: "u" }, { ...live, annotations }, of),
      undefined,
    );
    for (const isMoving of [false, true])
      assert.equal(
        namespaceProblem("team", { name: "team", uid: "v" }, live, { ...of, isMoving }),
        undefined,
      );
    assert.match(
      namespaceProblem("team", undefined, { ...live, isGoing: true }, of)?.what ?? "",
      /being deleted/,
    );
  });

  it("is refused with what to do if the stack is to create it", () => {
    const live = { uid: "u", annotations: {}, isGoing: false };
    const { todo = "" } = namespaceProblem("team", undefined, live, { owner, stack: "dev" }) ?? {};
    assert.match(todo, /npx flotilla adopt --stack dev/);
    assert.match(todo, /flotilla:namespace: \{ name: team, create: false \}/);
    assert.match(todo, /another name/);
  });

  it("must have no release of a planned name that the state does not know", async () => {
    const asked: string[] = [];
    const planned = plan(contextFor(shop, { namespace: { name: "team", create: false } }));
    const check = (installed: string[], deployed = {}) =>
      readInstalled(
        async (path) => {
          asked.push(decodeURIComponent(path));
          return {
            object: {
              items: installed.map((name) => ({ metadata: { labels: { name, status: "deployed" } } })),
            },
          };
        },
        planned,
        deployed,
        "dev",
      );
    assert.deepEqual(await check([]), []);
    assert.match(
      asked[0] ?? "",
      /^\/api\/v1\/namespaces\/team\/secrets\?labelSelector=.*name in \(cache,web\)/,
    );
    const [{ where, what, todo } = { where: "", what: "", todo: "" }] = await check(["web"]);
    assert.match(
      `${where}: ${what}. ${todo}`,
      /^release web: helm has already installed the release .*rename the service/,
    );
    const web = { kind: "service", chart: "./charts/microservice", values: {} };
    assert.deepEqual(await check(["web"], { web, cache: web }), []);
    assert.equal(asked.length, 2, "no request if nothing is new");
  });

  it("is where its objects are, for the state", () => {
    const urn = "urn:pulumi:dev::flotilla::flotilla:index:Application$flotilla:index:Store$kubernetes:x";
    const state = stateIn({
      [`${urn}::cache`]: {
        type: "kubernetes:helm.sh/v3:Release",
        outputs: { name: "cache", namespace: "team" },
      },
    });
    assert.equal(state.deployedPlace?.namespace, "team");
    assert.equal(state.deployedNamespace, undefined);
  });

  it("may have releases of another stack, which adopt does not take over", () => {
    const live = (description: string) => ({ web: { newest: { description } } }) as never;
    const planned = Object.values(plan(contextFor(shop)).releases);
    const found = (description: string, ids: string[]) =>
      othersReleases(planned, live(description), ids).length;
    assert.equal(found("microservice 1.0.0 sha256:0 stack ba9876543210", ["0123456789ab"]), 1);
    assert.equal(found("microservice 1.0.0 sha256:0 stack ba9876543210", ["ba9876543210"]), 0);
    assert.equal(found("Upgrade complete", []), 0);
  });
});

describe("a namespace that a stack took over", () => {
  const metadata = { name: "team", uid: "u", annotations: { "flotilla.dev/adopted": "true" } };
  const resource = (more: Partial<ExportedResource> = {}): ExportedResource => ({
    urn: "urn:pulumi:dev::flotilla::flotilla:index:Application$kubernetes:core/v1:Namespace::team",
    type: "kubernetes:core/v1:Namespace",
    inputs: { metadata },
    outputs: { metadata },
    protect: true,
    retainOnDelete: true,
    ...more,
  });
  const holdings = {
    namespace: "team",
    uid: "u",
    live: {},
    missing: [],
    workloads: [],
    objects: [{ kind: "ConfigMap", metadata: { name: "theirs" } }],
    claims: [],
    volumes: [],
  };

  it("is marked, and keeps the mark in every later update", () => {
    const config = { namespace: "team" };
    const fresh = plan(contextFor(shop, config, { owner })).namespace;
    const later = plan(contextFor(shop, config, { owner, deployedNamespace: "adopted" })).namespace;
    assert.deepEqual(later, asAdopted(fresh));
    assert.equal(later.annotations["flotilla.dev/adopted"], "true");
    assert.equal(later.retain, true);
    assert.equal(stateIn({ [resource().urn]: resource() }).deployedNamespace, "adopted");
  });

  it("is recognized if the update that took it over was interrupted before it marked it", () => {
    const bare = resource({ outputs: { metadata: { name: "team", uid: "u" } } });
    const app = { type: "flotilla:index:Application", outputs: { id: owner.id } };
    assert.equal(
      stateIn({ [bare.urn]: bare, "urn:pulumi:dev::flotilla::flotilla:index:Application::shop": app })
        .deployedNamespace,
      "adopted",
    );
    assert.equal(
      stateIn({ [bare.urn]: bare }).deployedNamespace,
      "created",
      "written by a version without owners",
    );
  });

  it("is one that no stack created", () => {
    const of = (annotations: Record<string, string>) => isCreatedByOthers({ annotations, isGoing: false });
    assert.ok(of({}));
    assert.ok(of({ "flotilla.dev/stack-id": "ba9876543210", "flotilla.dev/adopted": "true" }));
    assert.ok(!of({ "flotilla.dev/stack-id": "ba9876543210" }));
  });

  it("is kept when the stack is destroyed, like one that was left to others", () => {
    for (const namespace of [resource(), resource({ outputs: { metadata: { name: "team", uid: "u" } } })]) {
      const { namespaces, foreign } = decide([namespace], [holdings]);
      assert.deepEqual([namespaces, foreign], [[{ name: "team", fate: "stays" }], []]);
      assert.deepEqual(unprotected([namespace], [])[0]?.retainOnDelete, true);
    }
    assert.deepEqual(decide([resource()], [{ ...holdings, uid: "v" }]).namespaces[0]?.fate, "recreated");
  });

  it("is not confused with a lost one, which has the same mark until it is recreated", () => {
    const lost = resource({ taint: true });
    assert.equal(isRetained(lost), false);
    assert.equal(unprotected([lost], [])[0]?.retainOnDelete, undefined);
    assert.equal(decide([lost], [holdings]).namespaces[0]?.fate, "goes");
  });

  it("is the stack's own, unlike one that was left to others", () => {
    assert.equal(isShared([resource()]), false);
    assert.equal(isShared([resource({ outputs: { metadata: { name: "team" } } })]), true);
    assert.equal(isShared([]), true);
  });
});

describe("pods in a namespace that others own", () => {
  const container = {
    name: "main",
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "64Mi" } },
  };
  const pod = {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    containers: [container],
    volumes: [{ name: "tmp", emptyDir: {} }],
  };
  const workload = (spec: object): ManifestObject =>
    ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: { template: { spec } },
    }) as never;
  const withMain = (more: object) => workload({ ...pod, containers: [{ ...container, ...more }] });

  it("meet its Pod Security level, or each violation is named", () => {
    assert.deepEqual(refusedByLevel("restricted", [workload(pod)]), []);
    const root = workload({ ...pod, securityContext: {} });
    assert.deepEqual(refusedByLevel("baseline", [root]), []);
    assert.deepEqual(refusedByLevel("restricted", [root]), [
      "Deployment web: container main may run as root",
      "Deployment web: container main has no seccomp profile",
    ]);
    const host = workload({ ...pod, hostNetwork: true, volumes: [{ name: "x", hostPath: { path: "/" } }] });
    assert.deepEqual(refusedByLevel("baseline", [host]), [
      "Deployment web: hostNetwork",
      "Deployment web: a hostPath volume",
    ]);
    for (const level of ["privileged", undefined]) assert.deepEqual(refusedByLevel(level, [host]), []);
    const admin = withMain({ securityContext: { privileged: true, capabilities: { add: ["SYS_ADMIN"] } } });
    assert.equal(refusedByLevel("baseline", [admin]).length, 2);
    const job = {
      kind: "CronJob",
      metadata: { name: "tick" },
      spec: { jobTemplate: root },
    } as ManifestObject;
    assert.equal(refusedByLevel("restricted", [job]).length, 2);
  });

  const quota = (hard: Record<string, string>, used: Record<string, string> = {}, more: object = {}) => ({
    metadata: { name: "theirs" },
    spec: { hard, ...more },
    status: { used },
  });
  const demand = { cpu: 1, memory: 2 ** 30, memoryLimit: 2 ** 30, pods: 4 };

  it("fit into its quotas, in addition to current usage", () => {
    assert.deepEqual(tooLittle([quota({ "requests.cpu": "2", pods: "4" })], demand, false), []);
    assert.deepEqual(tooLittle([quota({ pods: "6" }, { pods: "3" })], demand, false), [
      "ResourceQuota theirs has pods 6, of which 3 is used, and the plan may need 4",
    ]);
    assert.deepEqual(tooLittle([quota({ pods: "6" }, { pods: "3" })], demand, true), []);
    assert.match(tooLittle([quota({ memory: "512Mi" })], demand, true)[0] ?? "", /may need 1024Mi/);
    assert.deepEqual(tooLittle([quota({ pods: "1" }, {}, { scopes: ["Terminating"] })], demand, false), []);
  });

  it("request everything that its quotas count, unless there is a default", () => {
    const asked = (hard: Record<string, string>, ranges: object[] = []) =>
      notAskedFor([quota(hard)], ranges as never, [workload(pod)]);
    assert.deepEqual(asked({ "requests.cpu": "1", memory: "1Gi", pods: "1" }), []);
    assert.match(
      asked({ "limits.cpu": "4" })[0] ?? "",
      /every container needs a limit of cpu: Deployment web/,
    );
    const range = { spec: { limits: [{ type: "Container", default: { cpu: "1" } }] } };
    assert.deepEqual(asked({ "limits.cpu": "4" }, [range]), []);
    assert.equal(asked({ "requests.ephemeral-storage": "4Gi" }).length, 1);
  });
});
