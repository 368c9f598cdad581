/** Comparing two states of a stack: what changes, what that causes, and what must not be shown. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { compareReleases, type ReleaseChange, type ReleaseSide } from "../../cli/core/diff/compare";
import { objectsText, podsText, summaryText, totalsOf } from "../../cli/core/diff/describe";
import { diffPage } from "../../cli/core/diff/diff-page";
import { empty } from "../../cli/core/diff/engine-steps";
import { fieldChanges, pathText } from "../../cli/core/diff/fields";
import { type ManifestObject, objectsIn } from "../../cli/core/diff/manifests";
import { refusedAdvice, refusedChanges } from "../../cli/core/diff/refused";
import { RAILS } from "../../cli/stack/comparison/renderer";

const side = (objects: readonly unknown[], about: Record<string, string> = {}): ReleaseSide => ({
  kind: "service",
  objects: objects as ManifestObject[],
  about,
});
const change = (before: readonly unknown[], after: readonly unknown[]): ReleaseChange => {
  const [only] = compareReleases({ cart: side(before) }, { cart: side(after) });
  assert.ok(only, "nothing differs");
  return only;
};

const deployment = (
  container: object = {},
  { spec = {}, pod = {}, labels = {} }: { spec?: object; pod?: object; labels?: Record<string, string> } = {},
) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "cart", labels: { "helm.sh/chart": "microservice-1.0.0", app: "cart", ...labels } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: "cart" } },
    ...spec,
    template: {
      metadata: { labels: { app: "cart" }, ...pod },
      spec: { containers: [{ name: "cart", image: "example.com/cart:1.0.0", ...container }] },
    },
  },
});

describe("a difference", () => {
  it("is empty for the same objects, whatever the order of keys, and null values", () => {
    const [object] = objectsIn(JSON.stringify(deployment()));
    const reversed = JSON.parse(JSON.stringify(deployment()), (_key, value: unknown) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value,
    ) as object;
    assert.deepEqual(compareReleases({ cart: side([object]) }, { cart: side([reversed]) }), []);
    const [only] = compareReleases(
      { cart: side([deployment()]) },
      { cart: side([{ ...deployment(), nothing: null }]) },
    );
    assert.equal(only?.objects.length, 0);
  });

  it("counts generated labels separately, except those of pods, which restart them", () => {
    const labelled = deployment({}, { labels: { "helm.sh/chart": "microservice-1.1.0" } });
    const { objects, labelsOnly, pods } = change([deployment()], [labelled]);
    assert.deepEqual([objects, labelsOnly, pods], [[], 1, []]);
    const inPods = deployment(
      {},
      { pod: { labels: { app: "cart", "helm.sh/chart": "microservice-1.1.0" } } },
    );
    assert.equal(podsText(change([deployment()], [inPods])), "2 restart: label helm.sh/chart");
  });

  it("reports which pods restart and why", () => {
    const cases: [object, string][] = [
      [deployment({ image: "example.com/cart:1.0.1" }), "2 restart: image 1.0.0 → 1.0.1"],
      [
        deployment({ image: "other.example.com/cart:1.0.0" }),
        "2 restart: image example.com/cart:1.0.0 → other.example.com/cart:1.0.0",
      ],
      [deployment({ env: [{ name: "A", value: "1" }] }), "2 restart: variables of cart"],
      [
        deployment({}, { pod: { annotations: { "checksum/config": "2" }, labels: { app: "cart" } } }),
        "2 restart: metadata.annotations",
      ],
      [deployment({}, { spec: { replicas: 3 } }), "pods: 2 → 3"],
      [deployment({}, { spec: { replicas: undefined } }), "pods: 2 → autoscaled"],
      [deployment({ resources: { limits: { memory: "1Gi" } } }), "2 restart: resources of cart"],
    ];
    for (const [after, text] of cases) assert.equal(podsText(change([deployment()], [after])), text);
    const env = (value: string) =>
      deployment({
        env: [
          { name: "A", value },
          { name: "B", value: "b" },
        ],
      });
    assert.equal(podsText(change([env("1")], [env("2")])), "2 restart: variable A");
    const checksum = (value: string) =>
      deployment({}, { pod: { annotations: { "checksum/config": value } } });
    assert.equal(podsText(change([checksum("1")], [checksum("2")])), "2 restart: configuration");
  });

  it("restarts nothing for a change outside the pods, or with pods that are replaced by hand", () => {
    const after = deployment({}, { spec: { minReadySeconds: 9 } });
    assert.equal(podsText(change([deployment()], [after])), "no restarts");
    const stateful = (image: string) => ({
      ...deployment({ image }, { spec: { updateStrategy: { type: "OnDelete" } } }),
      kind: "StatefulSet",
    });
    assert.equal(podsText(change([stateful("a:1")], [stateful("a:2")])), "no restarts");
  });

  it("reports pods that start and stop, and Jobs that run", () => {
    assert.equal(podsText(change([], [deployment()])), "2 start");
    assert.equal(podsText(change([deployment()], [])), "2 stop");
    const job = { apiVersion: "batch/v1", kind: "Job", metadata: { name: "load" }, spec: {} };
    assert.equal(podsText(change([], [job])), "a new Job");
  });

  it("warns about fields that the API server does not allow to change", () => {
    const store = (spec: object) => ({
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "db" },
      spec: {
        serviceName: "db",
        volumeClaimTemplates: [{ metadata: { name: "data" }, spec: { size: 1 } }],
        ...spec,
      },
    });
    const grown = change(
      [store({})],
      [store({ volumeClaimTemplates: [{ metadata: { name: "data" }, spec: { size: 2 } }] })],
    );
    assert.deepEqual(grown.immutable, ["StatefulSet db: spec.volumeClaimTemplates[0].spec.size"]);
    assert.deepEqual(grown.storage, ["StatefulSet db: volumeClaimTemplates[0].spec.size 1 → 2"]);
    assert.deepEqual(change([store({})], [store({ replicas: 3 })]).immutable, []);
    const selector = deployment({}, { spec: { selector: { matchLabels: { app: "other" } } } });
    assert.deepEqual(change([deployment()], [selector]).immutable, [
      "Deployment cart: spec.selector.matchLabels.app",
    ]);
    const config = (data: object) => ({ kind: "ConfigMap", metadata: { name: "c" }, immutable: true, data });
    assert.deepEqual(change([config({ a: 1 })], [config({ a: 2 })]).immutable, ["ConfigMap c: data.a"]);
  });

  it("says how to continue for each kind of object that the API server refuses to change", () => {
    const advice = (kind: string, path: string, name = "web") =>
      refusedAdvice([
        {
          ...empty("web", "service", "changed"),
          objects: [{ kind, name, namespace: "shop", change: "changed", diff: "" }],
          immutable: [`${kind} ${name}: ${path}`, `${kind} ${name}: ${path}`],
        },
      ]).join("\n");
    const selector = advice("Deployment", "spec.selector.matchLabels.app");
    assert.match(selector, /its pods stop.*: kubectl delete deployment web -n shop$/);
    assert.doesNotMatch(selector, /volume/i);
    const size = "spec.volumeClaimTemplates[0].spec.resources.requests.storage";
    assert.match(advice("StatefulSet", size), /"Growing a volume"/);
    const ofClass = advice("StatefulSet", "spec.volumeClaimTemplates[0].spec.storageClassName");
    assert.match(ofClass, /"Moving to another profile/);
    assert.match(
      advice("StatefulSet", "spec.serviceName"),
      /delete statefulset web -n shop --cascade=orphan$/,
    );
    assert.match(advice("Job", "spec.template"), /the update runs it again/);
    for (const kind of ["Service", "Secret", "ConfigMap", "RoleBinding"])
      assert.match(
        advice(kind, "roleRef.name"),
        new RegExp(`recreates it: kubectl delete ${kind.toLowerCase()} web -n shop$`),
      );
  });

  it("does not report as refused what the engine replaces", () => {
    const change = { ...empty("web", "service", "changed"), immutable: ["Service web: spec.clusterIP"] };
    assert.equal(refusedChanges([change], RAILS).length, 1);
    assert.deepEqual(refusedChanges([{ ...change, change: "replaced" }], RAILS), []);
    assert.deepEqual(refusedChanges([{ ...change, release: RAILS }], RAILS), []);
  });

  it("reports what happens to volumes", () => {
    const claim = { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "data" }, spec: {} };
    assert.match(change([claim], []).storage[0] ?? "", /data is deleted, with its volume/);
    const store = {
      kind: "StatefulSet",
      metadata: { name: "db" },
      spec: { volumeClaimTemplates: [{ metadata: { name: "data" } }] },
    };
    assert.deepEqual(change([store], []).storage, [
      "StatefulSet db is removed; the claims of its pods stay: data",
    ]);
  });

  it("lists removed releases last, and names what changes outside the objects", () => {
    const changes = compareReleases(
      { gone: side([deployment()]), kept: side([], { chart: "a 1" }) },
      { added: side([deployment()]), kept: side([], { chart: "a 2" }) },
    );
    assert.deepEqual(
      changes.map(({ release, change: kind, about }) => [release, kind, about]),
      [
        ["added", "added", []],
        ["kept", "changed", ["chart: a 1 → a 2"]],
        ["gone", "removed", []],
      ],
    );
    assert.equal(objectsText(changes[1] as ReleaseChange), "none (chart)");
    assert.equal(summaryText(totalsOf(changes)), "3 releases change, 2 objects in all; no pod restarts.");
    assert.equal(summaryText(totalsOf([])), "Nothing changes.");
  });

  it("never shows a Secret's value, in any output format", () => {
    const secret = (data: object, stringData?: object) => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "auth" },
      data,
      ...(stringData === undefined ? {} : { stringData }),
    });
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("a", "b", "c"), fc.stringMatching(/^Zz[a-z0-9]{8}$/)),
        fc.dictionary(fc.constantFrom("a", "b", "c"), fc.stringMatching(/^Zz[a-z0-9]{8}$/)),
        (before, after) => {
          const changes = compareReleases(
            { x: side([secret(before, before)]) },
            { x: side([secret(after, after)]) },
          );
          const written = JSON.stringify(changes) + diffPage({ title: "", changes, notes: [] });
          for (const value of [...Object.values(before), ...Object.values(after)])
            assert.ok(!written.includes(value));
          const differs = JSON.stringify(before) !== JSON.stringify(after);
          const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
          const isChanged = [...keys].some((key) => before[key] !== after[key]);
          assert.equal(
            changes.some(({ objects }) => objects.length > 0),
            isChanged && differs,
          );
        },
      ),
    );
  });

  it("escapes its content in a page", () => {
    const changes = compareReleases(
      {},
      { "<b>": side([{ kind: "X", metadata: { name: "</pre>" }, a: "<i>" }]) },
    );
    const page = diffPage({ title: "a & b", changes, notes: ["<note>"] });
    assert.doesNotMatch(page, /<b><|<\/pre><\/b>|<i>|<note>/);
    assert.match(page, /a &amp; b/);
  });
});

describe("fields that differ", () => {
  it("are found at every level, and only they", () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    fc.assert(
      fc.property(json, json, (before, after) => {
        const changes = fieldChanges(before, after);
        assert.deepEqual(fieldChanges(before, before), []);
        assert.equal(
          changes.length === 0,
          JSON.stringify(before) === JSON.stringify(after) || same(before, after),
        );
        assert.deepEqual(
          fieldChanges(after, before)
            .map(({ path }) => pathText(path))
            .sort(),
          changes.map(({ path }) => pathText(path)).sort(),
        );
      }),
    );
    function same(a: unknown, b: unknown): boolean {
      try {
        assert.deepStrictEqual(a, b);
        return true;
      } catch {
        return false;
      }
    }
  });

  it("identify an entry of a list by its name", () => {
    const list = (value: string) => ({
      env: [
        { name: "A", value: "a" },
        { name: "B", value },
      ],
    });
    assert.deepEqual(fieldChanges(list("1"), list("2")), [
      { path: ["env", "[B]", "value"], before: "1", after: "2" },
    ]);
    assert.equal(pathText(["env", "[B]", "value"]), "env[B].value");
  });
});
