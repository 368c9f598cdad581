/** Layers: the project's defaults, the layers that a stack names, the stack file. Later ones take precedence. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { catalogue } from "../../apps";
import { parseDefaults, parseSettings, unwritten } from "../../src/config/file";
import { ownSettings } from "../../src/config/from-engine";
import { merge } from "../../src/config/merge";
import { readSettings } from "../../src/config/settings";
import { stackConfig } from "../../src/config/stack";
import { FlotillaError } from "../../src/model/problems";
import { plan } from "../../src/plan";
import { createContext } from "../../src/plan/context";
import type { MicroserviceValues } from "../../src/plan/services/microservice-values";
import { charts, problemsOf, projectFiles, readStack } from "../support";

const layer = (...lines: string[]) => `config:\n${lines.map((line) => `  flotilla:${line}\n`).join("")}`;

describe("layers", () => {
  it("come after the project's defaults and before the stack file, in the order in which they are named", () => {
    const layers = {
      low: layer("environment: dev", "replicas: 2", "storageClass: slow", "namespace: low"),
      high: layer("replicas: 3", "storageClass: fast"),
    };
    const { settings } = readStack(layer("layers: [low, high]", "storageClass: own"), layers);
    assert.equal(settings.application, "robot-shop", "a default of Pulumi.yaml");
    assert.equal(settings.namespace, "low");
    assert.equal(settings.replicas, 3);
    assert.equal(settings.storageClass, "own");
    assert.equal(readStack(layer("layers: [high, low]"), layers).settings.replicas, 2);
  });

  it("override the project's default, even if the stack sets nothing", () => {
    const { settings, origins } = readStack(layer("layers: [a]"), {
      a: layer("environment: dev", "replicas: 4"),
    });
    assert.equal(settings.replicas, 4);
    assert.deepEqual(origins.get("replicas"), { kind: "layer", file: "config/layers/a.yaml", line: 3 });
  });

  it("merge maps, and replace scalars and lists", () => {
    const layers = {
      a: layer(
        "environment: dev",
        "allowDeletion: [store/one, store/two]",
        "services: { cart: { tag: 2.0.1, env: { A: a, B: b } }, web: { replicas: 2 } }",
      ),
    };
    const { settings } = readStack(
      layer("layers: [a]", "allowDeletion: [store/three]", "services: { cart: { env: { B: own } } }"),
      layers,
    );
    assert.deepEqual(settings.allowDeletion, ["store/three"]);
    assert.deepEqual(settings.services, {
      cart: { tag: "2.0.1", env: { A: "a", B: "own" } },
      web: { replicas: 2 },
    });
  });

  it("lose keys to null, at the top and inside", () => {
    const layers = {
      a: layer(
        "environment: dev",
        "replicas: 5",
        "ingress: { host: a.example.com }",
        "services: { cart: { tag: 2.0.1, replicas: 2 } }",
      ),
      b: layer("replicas: null"),
    };
    const { settings, origins } = readStack(
      layer("layers: [a, b]", "ingress: null", "services: { cart: { tag: null } }"),
      layers,
    );
    assert.equal(settings.replicas, undefined, "the default applies");
    assert.equal(settings.ingress, undefined);
    assert.deepEqual(settings.services, { cart: { replicas: 2 } });
    assert.equal(origins.has("ingress.host"), false);
    // Pulumi itself writes "" instead of null when it rewrites a file.
    assert.equal(readStack(layer("layers: [a]", 'ingress: ""'), layers).settings.ingress, undefined);
  });

  it("may name other layers, which come before them; a layer named twice counts once", () => {
    const layers = {
      base: layer("environment: dev", "replicas: 2", "namespace: base"),
      a: layer("layers: [base]", "replicas: 3"),
      b: layer("layers: [base]", "namespace: b"),
    };
    const { settings } = readStack(layer("layers: [a, b]"), layers);
    assert.equal(settings.replicas, 3, "base does not come back after a");
    assert.equal(settings.namespace, "b");
    assert.deepEqual(settings.layers, ["a", "b"]);
  });

  it("accept what `pulumi config set` writes: numbers, booleans and lists as text", () => {
    const { settings } = readStack(layer('layers: "[\\"a\\"]"', 'replicas: "3"', 'standIns: "true"'), {
      a: layer("environment: dev"),
    });
    assert.equal(settings.replicas, 3);
    assert.equal(settings.standIns, true);
  });

  it("are read the same from a file and from the engine, even if maps are JSON text", () => {
    const text = layer("layers: [a]", `services: '{"cart":{"tag":"2.0.2"}}'`, "namespace: 42");
    const layers = { a: layer("environment: dev", "services: { cart: { replicas: 2 } }") };
    const fromFile = readStack(text, layers).settings;
    assert.deepEqual(fromFile.services.cart, { tag: "2.0.2", replicas: 2 });
    assert.equal(fromFile.namespace, "42");
  });

  it("remove what the inventory sets: null for a variable, a limit, an autoscaler", () => {
    const read = readStack(
      layer(
        "environment: staging",
        "services:\n    cart: { autoscaling: null, env: { REDIS_HOST: null }, resources: { limits: { cpu: null } } }",
      ),
    );
    const { releases } = plan(createContext(read.application, read.settings, { charts }));
    const values = releases.cart?.values as unknown as MicroserviceValues;
    assert.equal(values.env?.REDIS_HOST, undefined);
    assert.ok(values.env?.CATALOGUE_HOST);
    assert.equal(values.resources?.limits?.cpu, undefined);
    assert.ok(values.resources?.limits?.memory);
    assert.equal(values.autoscaling, undefined);
  });

  it("report the line of an invalid value, in any file", () => {
    const problems = problemsOf(() =>
      readStack(layer("layers: [a]", "replicas: 2", "servces: {}"), {
        a: layer("environment: dev", "services:\n    cart:\n      replicas: -1"),
      }),
    );
    assert.deepEqual(
      problems.map(({ place }) => place),
      [
        { file: "Pulumi.test.yaml", line: 4 },
        { file: "config/layers/a.yaml", line: 5 },
      ],
    );
  });

  it("ignore keys of others, even with similar names", () => {
    const text = `${layer("environment: dev")}  kubernetes:context: x\n  flotilla-infra:region: y\n`;
    assert.doesNotThrow(() => readStack(text));
    assert.match(
      problemsOf(() => readStack(text.replace("kubernetes", "Flotila")))[0]?.todo ?? "",
      /flotilla:context/,
    );
  });

  it("support YAML's anchors and merge keys", () => {
    const { settings } = readStack(
      `config:
  flotilla:environment: dev
  flotilla:services:
    cart: &usual { tag: 2.0.1, replicas: 2 }
    web: { <<: *usual, replicas: 3 }
    user: *usual
`,
    );
    assert.deepEqual(settings.services.web, { tag: "2.0.1", replicas: 3 });
    assert.deepEqual(settings.services.user, settings.services.cart);
  });

  it("merge the same way at once and one after the other", () => {
    const tree = fc.letrec<{ map: object; value: unknown }>((tie) => ({
      map: fc.dictionary(fc.constantFrom("a", "b", "c", "__proto__", "toString"), tie("value"), {
        maxKeys: 3,
      }),
      value: fc.oneof(
        { depthSize: "small" },
        fc.constant(null),
        fc.integer(),
        fc.array(fc.integer(), { maxLength: 2 }),
        tie("map"),
      ),
    })).map;
    const file = tree.map((values) => unwritten("f", values as Record<string, unknown>));
    fc.assert(
      fc.property(file, file, file, (a, b, c) => {
        const whole = merge([a, b, c]).values;
        const first = unwritten("ab", merge([a, b]).values);
        assert.deepEqual(merge([first, c]).values, whole);
        // Later files take precedence: what the last file sets and does not remove is present.
        for (const [key, value] of Object.entries(c.values))
          if (typeof value === "number")
            assert.equal(Object.getOwnPropertyDescriptor(whole, key)?.value, value);
          else if (value === null) assert.equal(Object.hasOwn(whole, key), false);
      }),
    );
  });

  it("refuse or accept any text, and fail in no other way", () => {
    const word = fc.constantFrom(
      ..."config: flotilla:layers flotilla:services flotilla:credentials flotilla:cluster flotilla:__proto__ constructor : - [ ] { } &a *a <<: *a << ! | > \" ' # null 1.10 a b cart tag secure environment dev prod".split(
        " ",
      ),
      "\n",
      "\n  ",
      "\n    ",
    );
    const text = fc.oneof(
      fc.array(word, { maxLength: 25 }).map((words) => words.join(" ")),
      fc.string(),
      fc.json(),
    );
    fc.assert(
      fc.property(text, text, text, (own, a, b) => {
        const files = projectFiles({ test: own, other: b }, { a, b });
        for (const stack of ["test", "other", "nowhere"])
          try {
            readSettings(stackConfig(files, stack), catalogue);
          } catch (error) {
            assert.ok(error instanceof FlotillaError, String((error as Error).stack));
            assert.ok(error.problems.length > 0);
          }
      }),
      { numRuns: 50 },
    );
  });
});

describe("two stacks in one namespace on one context", () => {
  const stack = (...lines: string[]) => layer("environment: dev", ...lines);

  it("are both refused, each naming the other", () => {
    const files = projectFiles({
      a: stack("cluster: { context: c }"),
      b: stack("cluster: { context: c }", "namespace: robot-shop-dev"),
    });
    for (const [name, other] of [
      ["a", "b"],
      ["b", "a"],
    ] as const) {
      const [problem, ...more] = problemsOf(() => readSettings(stackConfig(files, name), catalogue));
      assert.deepEqual(more, []);
      assert.match(problem?.what ?? "", new RegExp(`is also used by stack ${other} `));
    }
  });

  it("are allowed with different namespaces, contexts or kubeconfigs, or without a context", () => {
    const first = stack("cluster: { context: c }");
    for (const second of [
      stack("cluster: { context: c }", "namespace: other"),
      stack("cluster: { context: d }"),
      stack("cluster: { context: c, kubeconfig: other.yaml }"),
      stack("replicas: 2"),
      "config: [this is not read",
    ])
      assert.doesNotThrow(() =>
        readSettings(stackConfig(projectFiles({ a: first, b: second }), "a"), catalogue),
      );
  });
});

describe("settings from the engine", () => {
  const { project, file: defaults } = parseDefaults("Pulumi.yaml", projectFiles({}).project);
  const own = (values: Record<string, string>, text = "config: {}", secretKeys: string[] = []) =>
    ownSettings(
      {
        values: Object.fromEntries(Object.entries(values).map(([key, value]) => [`flotilla:${key}`, value])),
        secretKeys: secretKeys.map((key) => `flotilla:${key}`),
      },
      parseSettings("stack", "Pulumi.s.yaml", text, project),
      defaults,
    );

  it("are not the stack's own if they are the project's defaults", () => {
    const given = { distribution: "bitnami", services: "{}", namespace: "x" };
    assert.deepEqual(own(given).values, { namespace: "x" });
  });

  it("are the stack's own if its file sets them, whatever the default", () => {
    const file = own({ distribution: "bitnami" }, "config:\n  flotilla:distribution: bitnami\n");
    assert.deepEqual(file.values, { distribution: "bitnami" });
    assert.equal(file.lines.get("distribution"), 2);
  });

  it("have no line below a key whose value the engine found elsewhere", () => {
    const text = "config:\n  flotilla:services:\n    cart: { replicas: 2 }\n  flotilla:servicesX: 1\n";
    const { lines } = own({ services: '{"cart":{"replicas":-1}}', servicesX: "1" }, text);
    assert.deepEqual([...lines.keys()], ["servicesX"]);
  });

  it("report a misspelled prefix if the engine has read the same file", () => {
    const file = (values: Record<string, string>) =>
      ownSettings(
        { values, secretKeys: [] },
        parseSettings("stack", "Pulumi.s.yaml", "config:\n  flotila:replicas: 2\n", project),
        defaults,
      );
    assert.equal(file({ "flotila:replicas": "2", "flotilla:namespace": "x" }).problems.length, 1);
    assert.equal(file({ "flotilla:namespace": "x" }).problems.length, 0);
  });

  it("are refused as written in the file, not as the engine reads them", () => {
    const text =
      "config:\n  flotilla:services: { cart: { tag: 1.10, env: { RELEASED: 2024-01-15 } } }\n  flotilla:namespace: x\n";
    const services = '{"cart":{"tag":1.1,"env":{"RELEASED":"2024-01-15 00:00:00 +0000 UTC"}}}';
    const file = own({ services, namespace: "x" }, text);
    const problems = problemsOf(() =>
      readSettings({ project, stack: "s", files: [unwritten("d", { environment: "dev" }), file] }, catalogue),
    );
    assert.deepEqual(
      problems.map(({ where, place, todo }) => [where, place?.line, todo]),
      [
        ["flotilla:services.cart.tag", 2, 'Put quotes around it: "1.10".'],
        ["flotilla:services.cart.env.RELEASED", 2, 'Put quotes around it: "2024-01-15".'],
      ],
    );
    assert.equal(own({ namespace: "x" }, text).problems.length, 0, "the engine read another file");
  });

  it("are refused if this program cannot read the file, even if the engine can", () => {
    assert.equal(
      own({ namespace: "x" }, "%YAML 1.1\n---\nconfig:\n  flotilla:namespace: x\n").problems.length,
      1,
    );
  });

  it("may have the name of a property that every object has", () => {
    assert.deepEqual(
      own({ constructor: "x", toString: "y" }).values,
      Object.fromEntries([
        ["constructor", "x"],
        ["toString", "y"],
      ]),
    );
  });

  it("have no line if the engine found them elsewhere", () => {
    const file = own({ replicas: "4" }, "config:\n  flotilla:replicas: 3\n");
    assert.deepEqual(file.values, { replicas: 4 });
    assert.equal(file.lines.has("replicas"), false);
  });

  it("are removed if they are empty: that is what becomes of null", () => {
    assert.deepEqual(own({ ingress: "" }, 'config:\n  flotilla:ingress: ""\n').values, { ingress: null });
  });

  it("keep a secret secret, and report where it is", () => {
    const text = "config:\n  flotilla:services:\n    cart:\n      env: { TOKEN: { secure: v1:abc } }\n";
    const file = own({ services: '{"cart":{"env":{"TOKEN":"hunter2"}}}' }, text, ["services"]);
    assert.doesNotMatch(JSON.stringify(file.values), /hunter2/);
    const [problem] = problemsOf(() =>
      readSettings({ project, stack: "s", files: [unwritten("d", { environment: "dev" }), file] }, catalogue),
    ).filter(({ what }) => what.includes("secret"));
    assert.equal(problem?.where, "flotilla:services.cart.env.TOKEN");
    assert.equal(problem?.place?.line, 4);
  });
});
