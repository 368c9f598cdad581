/** Existing objects that an update would create: their owner, and the message about them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { passwordsOf } from "../../cli/stack/adoption/candidates";
import { replacementOf } from "../../cli/stack/adoption/objects";
import {
  addedTo,
  additionsOf,
  blockedBy,
  installedProblems,
  takenNotes,
  unlessSaid,
  withTaken,
} from "../../cli/stack/comparison/conflicts";
import { FlotillaError } from "../../src/model/problems";
import { password } from "../../src/model/text";
import type { Deployed } from "../../src/plan/deployed";
import { type CreatedObject, createdObjects, shortName } from "../../src/plan/objects";
import type { Plan } from "../../src/plan/plan";
import type { Answer } from "../../src/runtime/ask-cluster";
import {
  type Conflict,
  checkObjects,
  conflictProblem,
  conflictsOf,
  isAdoptable,
  isOfRelease,
  type LiveObject,
  managerOf,
  marksOf,
  readObjects,
} from "../../src/runtime/foreign-objects";
import { installedProblem, readStatuses } from "../../src/runtime/installed-releases";
import { application, planFor, redis, service } from "../support";

const live = (metadata: Partial<LiveObject["metadata"]> = {}): LiveObject => ({
  metadata: { name: "web", ...metadata },
});
const created = (more: Partial<CreatedObject> = {}): CreatedObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  name: "web-files",
  namespace: "shop",
  release: "web",
  ...more,
});
const deployedOf = ({ releases }: Plan): Deployed =>
  Object.fromEntries(
    Object.values(releases).map(({ name, kind, chart, values }) => [
      name,
      { kind, chart: "path" in chart ? chart.path : chart.url, values },
    ]),
  );
const shop = application({ services: { web: service({ files: { "/etc/web.conf": "a" } }) } });
const config = { environment: "local", namespace: "shop" };

describe("the objects that an update creates", () => {
  it("are all objects of a first update, including those outside of releases", () => {
    const objects = createdObjects(planFor(shop, config), {}, []).map(shortName);
    for (const name of [
      ...["LimitRange/flotilla", "NetworkPolicy/default-deny", "ResourceQuota/flotilla"],
      ...["Deployment/web", "Service/web", "ConfigMap/web-files", "ServiceAccount/web", "NetworkPolicy/web"],
    ])
      assert.ok(objects.includes(name), name);
  });

  it("are none if nothing is added, so that no request is sent", () => {
    const plan = planFor(shop, config);
    const all = createdObjects(plan, {}, []);
    const known = all.filter(({ release }) => release === undefined).map(shortName);
    assert.deepEqual(createdObjects(plan, deployedOf(plan), known), []);
  });

  it("are only the new objects of a deployed release", () => {
    const before = planFor(application(), config);
    const known = createdObjects(before, {}, []).map(shortName);
    const objects = createdObjects(planFor(shop, config), deployedOf(before), known);
    assert.deepEqual(objects.map(shortName), ["ConfigMap/web-files"]);
    assert.equal(objects[0]?.release, "web");
  });

  it("include the Secrets of stores, and not a remote chart's objects, which need rendering", () => {
    const plan = planFor(application({ stores: { cart: redis() } }), { ...config, distribution: "bitnami" });
    const objects = createdObjects(plan, {}, []);
    assert.ok(objects.some((object) => shortName(object) === "Secret/cart-auth"));
    assert.ok(!objects.some(({ release }) => release === "cart"));
  });
});

describe("the owner of an object", () => {
  it("is a Helm release if label and both annotations say so", () => {
    const marks = marksOf("web", "shop");
    assert.ok(isOfRelease(live(marks), "web", "shop"));
    assert.ok(!isOfRelease(live(marks), "web", "other"));
    assert.ok(!isOfRelease(live(marks), "other", "shop"));
    assert.ok(!isOfRelease(live({ annotations: marks.annotations }), "web", "shop"));
    assert.ok(
      !isOfRelease(live({ ...marks, labels: { "app.kubernetes.io/managed-by": "helm" } }), "web", "shop"),
    );
    assert.ok(!isOfRelease(live({ labels: marks.labels }), "web", "shop"));
  });

  it("is unknown without marks, or with those of the same application", () => {
    assert.equal(managerOf(live(), "shop"), undefined);
    assert.equal(managerOf(live({ labels: { "app.kubernetes.io/managed-by": "Helm" } }), "shop"), undefined);
    const labels = { "app.kubernetes.io/managed-by": "pulumi", "app.kubernetes.io/part-of": "shop" };
    assert.equal(managerOf(live({ labels }), "shop"), undefined);
    assert.equal(managerOf(live({ labels }), "other"), "application shop");
  });

  const managed: [string, Partial<LiveObject["metadata"]>, string][] = [
    ["an owner", { ownerReferences: [{ kind: "ExternalSecret", name: "db" }] }, "ExternalSecret db"],
    [
      "another release",
      { annotations: { "meta.helm.sh/release-name": "old", "meta.helm.sh/release-namespace": "shop" } },
      "Helm release old in namespace shop",
    ],
    ["Argo CD", { labels: { "argocd.argoproj.io/instance": "web-prod" } }, "Argo CD application web-prod"],
    [
      "Argo CD, by annotation",
      { annotations: { "argocd.argoproj.io/tracking-id": "web-prod:/ConfigMap:shop/web" } },
      "Argo CD application web-prod",
    ],
    ["Flux", { labels: { "kustomize.toolkit.fluxcd.io/name": "apps" } }, "Flux Kustomization apps"],
    ["another tool", { labels: { "app.kubernetes.io/managed-by": "Tilt" } }, "Tilt"],
  ];
  for (const [what, metadata, manager] of managed)
    it(`is ${what}, and adopt does not take the object over`, () => {
      const [conflict] = conflictsOf([created()], () => live(metadata), {
        application: "shop",
        namespace: "shop",
      });
      assert.equal(conflict?.manager, manager);
      assert.ok(!isAdoptable(conflict as Conflict));
      const { what: text, todo } = conflictProblem(conflict as Conflict, "dev");
      assert.ok(text.includes(`belongs to ${manager}`));
      assert.match(todo, /adopt does not take it/);
    });

  it("is nobody if Helm keeps the object independently of its release", () => {
    const annotations = { "meta.helm.sh/release-name": "old", "helm.sh/resource-policy": "keep" };
    assert.equal(managerOf(live({ annotations }), "shop"), undefined);
  });

  it("is never in conflict with its own release, whatever other marks it has", () => {
    const entry = fc.dictionary(fc.string(), fc.string());
    fc.assert(
      fc.property(entry, entry, (labels, annotations) => {
        const marks = marksOf("web", "shop");
        const object = live({
          labels: { ...labels, ...marks.labels },
          annotations: { ...annotations, ...marks.annotations },
        });
        const of = { application: "shop", namespace: "shop" };
        assert.deepEqual(
          conflictsOf([created()], () => object, of),
          [],
        );
        // Pulumi creates no object that exists.
        const { release, ...own } = created();
        assert.equal(conflictsOf([own], () => object, of).length, 1);
      }),
    );
  });
});

describe("the message about an existing object", () => {
  it("says where it is, who created it, and what to do", () => {
    const conflict = { ...created(), createdWith: "kubectl-create" };
    assert.deepEqual(conflictProblem(conflict, "dev"), {
      where: "ConfigMap web-files in namespace shop",
      what: "the object already exists, created with kubectl-create, and release web would create it",
      todo: "To take it over: npx flotilla adopt --stack dev. If it is not needed: kubectl delete configmap web-files -n shop. Or use another name in the inventory.",
    });
  });

  it("says to wait while it is being deleted", () => {
    const [conflict] = conflictsOf([created()], () => live({ deletionTimestamp: "2026-01-01T00:00:00Z" }), {
      application: "shop",
      namespace: "shop",
    });
    assert.match(conflictProblem(conflict as Conflict, "dev").todo, /^Wait until it is gone/);
    assert.ok(!isAdoptable(conflict as Conflict));
  });

  it("says to recover or adopt a release that helm has installed", () => {
    assert.match(installedProblem("web", "deployed", "dev").todo, /adopt --stack dev/);
    assert.match(installedProblem("web", "pending-install", "dev").todo, /recover --stack dev/);
  });
});

describe("looking up objects in the cluster", () => {
  const asking = (answers: Record<string, Answer>) => {
    const asked: string[] = [];
    const ask = async (path: string): Promise<Answer> => {
      asked.push(path);
      return answers[path.split("?")[0] as string] ?? { object: { items: [] } };
    };
    return { asked, ask };
  };
  const list = (...names: string[]): Answer => ({
    object: { items: names.map((name) => live({ name })) },
  });

  it("sends one request per kind, and one by name for a single object", async () => {
    const { ask, asked } = asking({ "/api/v1/namespaces/shop/configmaps": list("web-files", "other") });
    const find = await readObjects(ask, [
      created(),
      created({ name: "api-files" }),
      created({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", name: "web" }),
      created({ apiVersion: "networking.k8s.io/v1", kind: "Ingress", name: "web" }),
    ]);
    assert.ok(find(created()));
    assert.equal(find(created({ name: "api-files" })), undefined);
    assert.deepEqual(asked.sort(), [
      "/api/v1/namespaces/shop/configmaps?labelSelector=owner!%3Dhelm",
      "/apis/networking.k8s.io/v1/namespaces/shop/ingresses?fieldSelector=metadata.name%3Dweb",
      "/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies?fieldSelector=metadata.name%3Dweb",
    ]);
  });

  it("finds cluster-scoped objects, and stops where it may not read", async () => {
    const role = created({ apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", name: "web" });
    const { ask } = asking({
      "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/clusterroles": { missing: true, unserved: true },
      "/apis/rbac.authorization.k8s.io/v1/clusterroles": list("web"),
      "/api/v1/namespaces/shop/configmaps": { unread: "no permission to read it" },
    });
    const find = await readObjects(ask, [role, created()]);
    assert.ok(find(role));
    assert.equal(find(created()), undefined);
  });

  it("refuses an update with every object and release, and sends no request if nothing is added", async () => {
    const plan = planFor(shop, config);
    const { ask } = asking({
      "/api/v1/namespaces/shop/configmaps": list("web-files"),
      "/apis/apps/v1/namespaces/shop/deployments": list("web"),
    });
    await assert.rejects(
      checkObjects(ask, plan, { deployed: {}, objects: [] }, "dev"),
      (error: FlotillaError) => {
        assert.deepEqual(error.problems.map(({ where }) => where).sort(), [
          "ConfigMap web-files in namespace shop",
          "Deployment web in namespace shop",
        ]);
        return true;
      },
    );
    const quiet = asking({});
    const objects = createdObjects(plan, {}, []).map(shortName);
    await checkObjects(quiet.ask, plan, { deployed: deployedOf(plan), objects }, "dev");
    assert.deepEqual(quiet.asked, []);
  });

  it("uses the newest of Helm's records", async () => {
    const record = (version: string, status: string) => ({
      metadata: { labels: { name: "web", version, status } },
    });
    const { ask } = asking({
      "/api/v1/namespaces/shop/secrets": {
        object: { items: [record("10", "failed"), record("9", "deployed")] },
      },
    });
    assert.deepEqual(await readStatuses(ask, "shop", ["web"]), { web: "failed" });
  });
});

describe("a difference with existing objects", () => {
  const manifest = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "web-files" }, data: { a: "1" } };
  const there = { ...manifest, data: { a: "0", old: "x" } } as typeof manifest;
  const side = (...objects: object[]) => ({
    kind: "service",
    objects: objects as never[],
    about: { chart: "c" },
  });
  const taken = { manifest, live: there, wanted: manifest, added: [], release: "web" };

  it("looks up what a release adds, but not values that represent a chart", () => {
    const values = { kind: "Values", metadata: { name: "db" } };
    assert.deepEqual(addedTo([], [values, manifest] as never[]), [manifest]);
    assert.deepEqual(additionsOf({ before: { web: side(manifest) }, after: { web: side(manifest) } }), []);
    assert.deepEqual(additionsOf({ before: {}, after: { web: side(manifest) } }), [
      { manifest, release: "web" },
    ]);
  });

  it("is blocked by all of them, or with adopt by those that adopt does not take over", () => {
    const free = { conflict: created(), manifest };
    const held = { conflict: { ...created({ name: "other" }), manager: "Tilt" }, manifest };
    const elsewhere = {
      conflict: { ...created({ namespace: "monitoring" }), isElsewhere: true as const },
      manifest,
    };
    const of = (adopting: boolean) => blockedBy([free, held, elsewhere], { stack: "dev", adopting }).length;
    assert.deepEqual([of(false), of(true)], [3, 2]);
  });

  it("reports once what the engine refuses as well", () => {
    const problems = installedProblems(
      { releases: { web: {} } } as never,
      new Map(),
      { web: { newest: { status: "deployed" } } } as never,
      "dev",
    );
    assert.equal(problems.length, 1);
    assert.equal(unlessSaid(new FlotillaError(problems).message, problems), undefined);
    assert.equal(unlessSaid("error: other", problems), "error: other");
    assert.equal(unlessSaid("error: other", []), "error: other");
  });

  it("shows objects that are taken over before and after", () => {
    const { before, after } = withTaken({ before: {}, after: { web: side(manifest) } }, [taken]);
    assert.deepEqual(before.web?.objects, [there]);
    assert.deepEqual(after.web?.objects, [manifest]);
  });

  it("warns of the deletion by a first installation that fails, and of no other", () => {
    assert.match(takenNotes([taken], {})[0] ?? "", /Helm deletes these adopted objects.*ConfigMap web-files/);
    assert.deepEqual(takenNotes([taken], { web: {} as never }), []);
  });

  it("marks what becomes part of a release by Helm's rule, and keeps its other labels", () => {
    const labeled = { ...manifest, metadata: { ...manifest.metadata, labels: { team: "shop" } } };
    const replacement = replacementOf({ ...taken, wanted: labeled }, "shop");
    assert.ok(isOfRelease(replacement as LiveObject, "web", "shop"));
    assert.equal(replacement.metadata?.labels?.team, "shop");
  });
});

describe("the passwords in an existing Secret", () => {
  const plan = planFor(
    application({
      services: {
        web: service({ uses: ["db"], env: { PASSWORD: [password("db", "app")] } }),
      },
      stores: {
        db: redis({
          kind: "mysql",
          accounts: { app: { username: "app", database: "app", credential: { generated: true } } },
        }),
      },
    }),
    { ...config, distribution: "upstream" },
  );
  const secret = (name: string, key: string) => ({
    metadata: { name },
    data: { [key]: Buffer.from("FromTheSecret").toString("base64") },
  });
  const found = (settled: string[], ...secrets: ReturnType<typeof secret>[]) =>
    passwordsOf(plan, [], {}, secrets, { "db-app": "FromTheState" }, new Set(settled)).passwords;

  it("are not those of a deployed store, unless the Secret is the store's own", () => {
    const [name = ""] = Object.keys(plan.secrets).filter((key) => plan.secrets[key]?.owner === "web");
    const [key = ""] = Object.keys(plan.secrets[name]?.keys ?? {});
    assert.deepEqual(found(["db-app"], secret(name, key)), {});
    assert.deepEqual(found([], secret(name, key)), { "db-app": "FromTheSecret" });
    assert.deepEqual(found(["db-app"], secret("db-auth", "mysql-password")), { "db-app": "FromTheSecret" });
  });
});
