/** Manual changes to live objects. */
import assert from "node:assert/strict";
import { addedByHand, removals, without } from "../../cli/core/diff/managed";

const live = {
  metadata: {
    name: "web",
    labels: { app: "web", hand: "yes" },
    annotations: { "kubectl.kubernetes.io/restartedAt": "now" },
  },
  spec: {
    replicas: 3,
    template: {
      spec: {
        containers: [
          {
            name: "web",
            image: "web:1",
            env: [
              { name: "A", value: "1" },
              { name: "HAND", value: "2" },
            ],
          },
          { name: "debug", image: "busybox" },
        ],
      },
    },
  },
};
const manifest = {
  metadata: { name: "web", labels: { app: "web" } },
  spec: {
    replicas: 1,
    template: { spec: { containers: [{ name: "web", image: "web:1", env: [{ name: "A", value: "1" }] }] } },
  },
};
const managed = [
  {
    manager: "kubectl-edit",
    operation: "Update",
    fieldsV1: {
      "f:metadata": {
        "f:labels": { "f:hand": {} },
        "f:annotations": { "f:kubectl.kubernetes.io/restartedAt": {} },
      },
      "f:spec": {
        "f:replicas": {},
        "f:template": {
          "f:spec": {
            "f:containers": {
              'k:{"name":"web"}': {
                "f:env": { 'k:{"name":"HAND"}': { ".": {}, "f:name": {}, "f:value": {} } },
              },
              'k:{"name":"debug"}': { ".": {}, "f:image": {}, "f:name": {} },
            },
          },
        },
      },
    },
  },
];

describe("a manual addition", () => {
  const added = addedByHand(live, manifest, managed);

  it("is what a person has set and the manifest has not", () => {
    assert.deepEqual(
      added.map(({ pointer }) => pointer.join("/")),
      ["metadata/labels/hand", "spec/template/spec/containers/0/env/1", "spec/template/spec/containers/1"],
    );
    assert.equal(added[0]?.manager, "kubectl-edit");
  });

  it("is not what a controller or helm has set", () => {
    for (const manager of ["kube-controller-manager", "helm", "Go-http-client", "istio-pilot"])
      assert.deepEqual(addedByHand(live, manifest, [{ ...managed[0], manager }]), []);
    assert.deepEqual(addedByHand(live, manifest, [{ ...managed[0], subresource: "scale" }]), []);
  });

  it("is removed from a copy, and by a patch that starts at the end", () => {
    const pointers = added.map(({ pointer }) => pointer);
    const clean = without(live, pointers);
    assert.deepEqual(clean.spec.template, manifest.spec.template);
    assert.deepEqual(clean.metadata.labels, { app: "web" });
    assert.equal(live.spec.template.spec.containers.length, 2, "the live object is not changed");
    const at = (...pointer: (string | number)[]) => ({ pointer, entries: [] });
    assert.deepEqual(
      removals([at("a", 0), at("a", 2), at("b", "x/y~z")]).map(({ path }) => path),
      ["/b/x~1y~0z", "/a/2", "/a/0"],
    );
  });

  it("is removed only from the entries in which it was found, by key: values may be secret", () => {
    assert.deepEqual(removals(added), [
      { op: "test", path: "/spec/template/spec/containers/0/name", value: "web" },
      { op: "test", path: "/spec/template/spec/containers/0/env/1/name", value: "HAND" },
      { op: "test", path: "/spec/template/spec/containers/1/name", value: "debug" },
      { op: "remove", path: "/spec/template/spec/containers/1" },
      { op: "remove", path: "/spec/template/spec/containers/0/env/1" },
      { op: "remove", path: "/metadata/labels/hand" },
    ]);
  });

  it("finds a port by the fields in the manifest, where the protocol may be missing", () => {
    const ports = (extra: object[]) => ({ spec: { ports: [{ port: 80, protocol: "TCP" }, ...extra] } });
    const fieldsV1 = {
      "f:spec": { "f:ports": { 'k:{"port":80,"protocol":"TCP"}': { ".": {}, "f:port": {} } } },
    };
    const entry = [{ manager: "kubectl-edit", operation: "Update", fieldsV1 }];
    assert.deepEqual(addedByHand(ports([]), { spec: { ports: [{ port: 80 }] } }, entry), []);
  });

  it("excludes annotations that others also write into", () => {
    const noted = { "deployment.kubernetes.io/revision": "3", "meta.helm.sh/release-name": "web" };
    const object = { metadata: { name: "web", annotations: { ...noted, hand: "x" } } };
    const steps = Object.keys(object.metadata.annotations).map((key) => [`f:${key}`, {}] as const);
    const fieldsV1 = { "f:metadata": { "f:annotations": { ".": {}, ...Object.fromEntries(steps) } } };
    const entry = [{ manager: "kubectl-create", operation: "Update", fieldsV1 }];
    const found = addedByHand(object, { metadata: { name: "web" } }, entry).map(({ pointer }) => pointer);
    assert.deepEqual(found, [["metadata", "annotations", "hand"]]);
    assert.deepEqual(without(object, found).metadata.annotations, noted);
    const alone = { metadata: { name: "web", annotations: { hand: "x" } } };
    assert.deepEqual(without(alone, found), { metadata: { name: "web" } });
  });
});
