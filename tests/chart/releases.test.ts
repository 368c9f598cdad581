/** Every release of every application, rendered, in every environment. */
import assert from "node:assert/strict";
import { own } from "../../src/model/graph";
import { OWN_PREFIX } from "../../src/plan/labels";
import { EVERYWHERE } from "../environments";
import { isDeployed, type KubernetesObject, podsOf, render, restrictedViolations } from "./render";

for (const { application, environment, plan } of EVERYWHERE)
  describe(`${application.name} rendered for ${environment}`, () => {
    for (const release of Object.values(plan.releases))
      describe(release.name, () => {
        let objects: KubernetesObject[];
        before(async () => {
          objects = await render(
            "path" in release.chart ? release.chart.path : "",
            release.values,
            release.name,
          );
        });

        it("complies with Pod Security `restricted`, on a read-only file system, without an unused token", () => {
          const pods = podsOf(objects.filter(isDeployed));
          assert.ok(pods.length > 0);
          for (const pod of pods) {
            assert.deepEqual(restrictedViolations(pod), []);
            const { permissions } = own(application.services, release.name) ?? {};
            assert.equal(pod.automountServiceAccountToken, permissions !== undefined);
            assert.equal(pod.enableServiceLinks, false);
            for (const container of [...(pod.initContainers ?? []), ...pod.containers])
              assert.equal(container.securityContext.readOnlyRootFilesystem, true);
          }
        });

        it("has a Flotilla label, by which recovery recognizes it", () => {
          assert.ok(JSON.stringify(objects).includes(OWN_PREFIX));
        });

        it("has requests and limits", () => {
          for (const pod of podsOf(objects))
            for (const { resources } of [...(pod.initContainers ?? []), ...pod.containers]) {
              assert.ok(resources.requests.cpu && resources.requests.memory);
              assert.ok(resources.limits.memory);
            }
        });

        it("labels everything, and selects its pods by labels that never change", () => {
          for (const { kind, metadata } of objects) {
            assert.equal(metadata.namespace, "shop", kind);
            for (const label of ["name", "instance", "version", "part-of"])
              assert.ok(metadata.labels[`app.kubernetes.io/${label}`], `${kind} lacks ${label}`);
          }
          const workload = objects.find(({ spec }) => spec?.template);
          // A Job selects its pods by a label that the API server adds.
          if (workload.kind === "Job") return;
          const selector = workload.spec.selector.matchLabels;
          assert.deepEqual(selector, {
            "app.kubernetes.io/name": release.name,
            "app.kubernetes.io/instance": release.name,
          });
          for (const [key, value] of Object.entries(selector))
            assert.equal(workload.spec.template.metadata.labels[key], value);
        });

        it("has the host name that its clients use", () => {
          const outputs = plan.outputs.stores[release.name];
          const names = objects.filter(({ kind }) => kind === "Service").map(({ metadata }) => metadata.name);
          if (outputs) assert.ok(names.includes(outputs.host));
          else if (plan.outputs.services[release.name]?.url) assert.deepEqual(names, [release.name]);
          else assert.deepEqual(names, []);
        });

        it("mounts what it declares, each path once", () => {
          for (const pod of podsOf(objects)) {
            const claims = objects.flatMap(({ spec }) => spec?.volumeClaimTemplates ?? []);
            const volumes = [
              ...(pod.volumes ?? []).map(({ name }: { name: string }) => name),
              ...claims.map(({ metadata }) => metadata.name),
            ];
            const mounts = pod.containers.flatMap(({ volumeMounts }: KubernetesObject) => volumeMounts ?? []);
            for (const { name } of mounts) assert.ok(volumes.includes(name), name);
            const paths = mounts.map(({ mountPath }: { mountPath: string }) => mountPath);
            assert.equal(new Set(paths).size, paths.length);
          }
        });

        it("only reads Secrets and keys in the plan", () => {
          for (const pod of podsOf(objects))
            for (const { env } of pod.containers)
              for (const { valueFrom } of env ?? [])
                if (valueFrom) {
                  const { name, key } = valueFrom.secretKeyRef;
                  assert.ok(plan.secrets[name]?.keys[key], `${name}/${key}`);
                }
        });
      });

    it("is only reachable from outside if the environment says so, and never through a node port", async () => {
      const objects: KubernetesObject[] = [];
      for (const { name, chart, values } of Object.values(plan.releases))
        objects.push(...(await render("path" in chart ? chart.path : "", values, name)));
      const ways = objects.filter(({ kind }) => kind === "Ingress");
      assert.deepEqual(ways.map(({ metadata }) => metadata.name).sort(), Object.keys(plan.entries).sort());
      for (const { metadata, spec } of ways) {
        const [rule] = spec.rules;
        const { port } = application.services[metadata.name]?.public ?? {};
        assert.equal(rule.http.paths[0].backend.service.port.name, port);
        assert.ok(plan.entries[metadata.name]?.url?.includes(rule.host));
      }
      for (const { kind, spec } of objects)
        if (kind === "Service") assert.equal(spec.type ?? "ClusterIP", "ClusterIP");
    });

    it("only has the Kubernetes API permissions of the inventory, in its own namespace", async () => {
      for (const { name, chart, values } of Object.values(plan.releases)) {
        const objects = await render("path" in chart ? chart.path : "", values, name);
        const kinds = objects.map(({ kind }) => kind);
        assert.ok(!kinds.some((kind) => kind.startsWith("ClusterRole")), name);
        const rules = objects.filter(({ kind }) => kind === "Role").flatMap((role) => role.rules);
        assert.equal(rules.length > 0, own(application.services, name)?.permissions !== undefined, name);
        for (const rule of rules) {
          assert.ok(rule.resourceNames.length > 0);
          assert.ok(![...rule.resources, ...rule.verbs, ...rule.resourceNames].includes("*"));
        }
      }
    });
  });
