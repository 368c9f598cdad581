/** Every release of a local chart that Robot Shop plans, rendered, in every environment. */
import assert from "node:assert/strict";
import { planOf } from "../support";
import { type KubernetesObject, ofKind, podsOf, render, restrictedViolations } from "./render";

const environments: Record<string, Record<string, unknown>> = {
  local: { environment: "local", distribution: "upstream" },
  prod: {
    environment: "prod",
    distribution: "upstream",
    replicas: 3,
    cluster: { context: "prod" },
    ingress: { host: "shop.example.com" },
  },
};

for (const [environment, config] of Object.entries(environments))
  describe(`Robot Shop rendered for ${environment}`, () => {
    const plan = planOf(config);
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

        it("meets Pod Security `restricted`, on a read-only file system, without a token", () => {
          const pods = podsOf(objects);
          assert.ok(pods.length > 0);
          for (const pod of pods) {
            assert.deepEqual(restrictedViolations(pod), []);
            assert.equal(pod.automountServiceAccountToken, false);
            assert.equal(pod.enableServiceLinks, false);
            for (const container of [...(pod.initContainers ?? []), ...pod.containers])
              assert.equal(container.securityContext.readOnlyRootFilesystem, true);
          }
        });

        it("asks for what it needs and is limited", () => {
          for (const pod of podsOf(objects))
            for (const { resources } of [...(pod.initContainers ?? []), ...pod.containers]) {
              assert.ok(resources.requests.cpu && resources.requests.memory);
              assert.ok(resources.limits.memory);
            }
        });

        it("labels everything, and selects its pods by what never changes", () => {
          for (const { kind, metadata } of objects) {
            assert.equal(metadata.namespace, "shop", kind);
            for (const label of ["name", "instance", "version", "part-of"])
              assert.ok(metadata.labels[`app.kubernetes.io/${label}`], `${kind} lacks ${label}`);
          }
          const workload = objects.find(({ spec }) => spec?.template);
          // A Job finds its pods by a label that the API server makes.
          if (workload.kind === "Job") return;
          const selector = workload.spec.selector.matchLabels;
          assert.deepEqual(selector, {
            "app.kubernetes.io/name": release.name,
            "app.kubernetes.io/instance": release.name,
          });
          for (const [key, value] of Object.entries(selector))
            assert.equal(workload.spec.template.metadata.labels[key], value);
        });

        it("answers under the host name its clients use", () => {
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

        it("reads only Secrets that the plan makes, by keys they hold", () => {
          for (const pod of podsOf(objects))
            for (const { env } of pod.containers)
              for (const { valueFrom } of env ?? [])
                if (valueFrom) {
                  const { name, key } = valueFrom.secretKeyRef;
                  assert.ok(plan.secrets[name]?.keys[key], `${name}/${key}`);
                }
        });
      });

    it("is reached from outside only where the environment says so", async () => {
      const web = await render("charts/microservice", plan.releases.web?.values ?? {});
      const ingress = ofKind(web, "Ingress");
      if (environment === "local") assert.equal(ingress, undefined);
      else {
        assert.equal(ingress.spec.rules[0].host, "shop.example.com");
        assert.equal(ingress.spec.rules[0].http.paths[0].backend.service.port.name, "http");
      }
      const cart = await render("charts/microservice", plan.releases.cart?.values ?? {}, "cart");
      assert.equal(ofKind(cart, "Ingress"), undefined);
    });
  });
