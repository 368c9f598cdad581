/** The evaluator of network policies: Kubernetes' documented cases, and invariants. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Cluster, type Endpoint, isAllowed, type Pod, type Policy } from "../network/evaluate";

const pod = (name: string, namespace = "shop", labels: Record<string, string> = { app: name }): Pod => ({
  name,
  namespace,
  labels,
  ports: [
    { name: "http", port: 8080, protocol: "TCP" },
    { name: "dns", port: 53, protocol: "UDP" },
  ],
});
const web = pod("web");
const cart = pod("cart");
const other = pod("web", "other");
const internet: Endpoint = { name: "internet", ip: "203.0.113.7" };

const policy = (spec: Policy["spec"], namespace = "shop"): Policy => ({
  metadata: { name: "policy", namespace },
  spec,
});
const of = (app: string) => ({ matchLabels: { app } });
const http = { port: 8080, protocol: "TCP" };
const allows = (spec: Policy["spec"], from: Endpoint, to: Endpoint, target = http) =>
  isAllowed({ policies: [policy(spec)] }, from, to, target);

describe("the evaluator of network policies", () => {
  it("allows everything if no policy selects the pods", () => {
    assert.ok(isAllowed({ policies: [] }, web, cart, http));
    assert.ok(allows({ podSelector: of("ratings"), policyTypes: ["Ingress", "Egress"] }, web, cart));
  });

  it("denies what no rule names, only in the directions of the policy", () => {
    assert.ok(!allows({ podSelector: {}, policyTypes: ["Ingress"] }, web, cart));
    assert.ok(allows({ podSelector: of("web"), policyTypes: ["Ingress"] }, web, cart));
    assert.ok(!allows({ podSelector: of("web"), policyTypes: ["Egress"] }, web, cart));
    assert.ok(!allows({ podSelector: of("cart") }, web, cart));
    assert.ok(
      allows({ podSelector: of("web") }, web, cart),
      "without types and egress it applies to ingress",
    );
  });

  it("combines both selectors of one peer, and separates several peers", () => {
    const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": "other" } };
    const spec = (from: object[]) => ({ podSelector: of("cart"), ingress: [{ from }] });
    assert.ok(allows(spec([{ podSelector: of("web") }]), web, cart));
    assert.ok(!allows(spec([{ podSelector: of("web") }]), other, cart));
    assert.ok(allows(spec([{ namespaceSelector, podSelector: of("web") }]), other, cart));
    assert.ok(!allows(spec([{ namespaceSelector, podSelector: of("cart") }]), other, cart));
    assert.ok(allows(spec([{ namespaceSelector }, { podSelector: of("web") }]), web, cart));
  });

  it("finds named ports at the destination, and ranges", () => {
    const spec = (ports: object[]) => ({
      podSelector: of("web"),
      policyTypes: ["Egress"],
      egress: [{ ports }],
    });
    assert.ok(allows(spec([{ port: "http" }]), web, cart));
    assert.ok(!allows(spec([{ port: "http" }]), web, cart, { port: 80, protocol: "TCP" }));
    assert.ok(!allows(spec([{ port: "http" }]), web, internet));
    assert.ok(allows(spec([{ port: 8000, endPort: 9000 }]), web, cart));
    assert.ok(!allows(spec([{ port: 8000 }]), web, cart));
    assert.ok(!allows(spec([{ port: 53 }]), web, cart, { port: 53, protocol: "UDP" }));
    assert.ok(allows(spec([{ port: 53, protocol: "UDP" }]), web, cart, { port: 53, protocol: "UDP" }));
  });

  it("supports expressions and address blocks", () => {
    const expression = (operator: string, values?: string[]) => ({
      podSelector: { matchExpressions: [{ key: "app", operator, values }] },
      policyTypes: ["Ingress"],
    });
    const bare = pod("bare", "shop", {});
    assert.ok(!allows(expression("In", ["cart"]), web, cart));
    assert.ok(allows(expression("NotIn", ["cart"]), web, cart));
    assert.ok(!allows(expression("NotIn", ["cart"]), web, bare), "a missing key is not in the list");
    assert.ok(!allows(expression("DoesNotExist"), web, bare));
    assert.ok(!allows(expression("Exists"), web, cart));
    const block = (cidr: string, except?: string[]) => ({
      podSelector: of("web"),
      policyTypes: ["Egress"],
      egress: [{ to: [{ ipBlock: { cidr, except } }] }],
    });
    assert.ok(allows(block("203.0.113.0/24"), web, internet));
    assert.ok(!allows(block("203.0.113.0/24", ["203.0.113.0/28"]), web, internet));
    assert.ok(!allows(block("203.0.114.0/24"), web, internet));
    assert.ok(!allows(block("0.0.0.0/0"), web, cart));
  });

  const apps = ["web", "cart", "redis"];
  const selector = fc.oneof(fc.constant({}), fc.constantFrom(...apps).map(of));
  const rule = fc.record(
    {
      ports: fc.array(fc.record({ port: fc.constantFrom<number | string>(80, 8080, "http") }), {
        maxLength: 2,
      }),
      from: fc.array(fc.record({ podSelector: selector }), { maxLength: 2 }),
    },
    { requiredKeys: [] },
  );
  const anyPolicy = fc.record({
    podSelector: selector,
    policyTypes: fc.constantFrom<string[]>(["Ingress"], ["Egress"], ["Ingress", "Egress"]),
    ingress: fc.array(rule, { maxLength: 2 }),
    egress: fc.array(
      rule.map(({ from, ...rest }) => ({ ...rest, ...(from ? { to: from } : {}) })),
      { maxLength: 2 },
    ),
  });
  const ends = fc.tuple(fc.constantFrom(...apps), fc.constantFrom(...apps));
  const clusterOf = (specs: Policy["spec"][]): Cluster => ({ policies: specs.map((spec) => policy(spec)) });

  it("for any policies: an additional rule only allows more, order does not matter, a denial stays", () => {
    fc.assert(
      fc.property(fc.array(anyPolicy, { maxLength: 4 }), rule, ends, (specs, further, [from, to]) => {
        const check = (list: Policy["spec"][]) => isAllowed(clusterOf(list), pod(from), pod(to), http);
        const before = check(specs);
        assert.equal(check([...specs].reverse()), before);
        const opened = specs.map((spec) => ({ ...spec, ingress: [...(spec.ingress ?? []), further] }));
        if (before) assert.ok(check(opened));
        const shut = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
        // Next to others, a policy without rules only blocks what no other policy covers.
        if (!before) assert.ok(!check([...specs, shut]));
        assert.ok(!check([shut]));
        const open = { podSelector: {}, policyTypes: ["Ingress", "Egress"], ingress: [{}], egress: [{}] };
        assert.ok(check([...specs, open]));
      }),
    );
  });

  it("for any policies: a connection is allowed when both ends allow it", () => {
    fc.assert(
      fc.property(fc.array(anyPolicy, { maxLength: 4 }), ends, (specs, [from, to]) => {
        const only = (type: string) =>
          specs
            .filter(({ policyTypes }) => policyTypes.includes(type))
            .map((spec) => ({ ...spec, policyTypes: [type] }));
        const check = (list: Policy["spec"][]) => isAllowed(clusterOf(list), pod(from), pod(to), http);
        assert.equal(check(specs), check(only("Ingress")) && check(only("Egress")));
      }),
    );
  });
});
