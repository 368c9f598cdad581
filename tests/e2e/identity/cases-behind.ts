/** The cluster is changed behind the stack's back. */
import { until } from "../world";
import { ANY, type Case, flotilla, NOTHING, refused, type Said } from "./case";

const MISSING: Said = { exit: 2, says: /the cluster has lost [^.\n]*/ };
const again = flotilla("up", { exit: 0, says: /is up to date: [^\n]*/ }, "--yes");

/** An object that belongs to no release is deleted manually. */
const objectDeleted = (name: string, kind: string, object: string): Case => ({
  kind: "changed by hand",
  name,
  change: (ground) => ground.must("kubectl", "delete", kind, object, "-n", "shop-dev"),
  diff: { exit: 2, says: /objects missing in the cluster are recreated/ },
  preview: ANY,
  more: [
    flotilla("status", {
      exit: 2,
      says: new RegExp(`the cluster has lost \\w+ ${object}`),
    }),
    again,
    flotilla("diff", NOTHING),
  ],
});

export const behind: Case[] = [
  {
    kind: "changed by hand",
    name: "`helm uninstall` of a store: its volume is reused",
    change: (ground) => ground.must("helm", "uninstall", "cache", "-n", "shop-dev", "--wait"),
    diff: MISSING,
    preview: ANY,
    more: [flotilla("status", { exit: 2, says: /cache[^\n]*/ }), again, flotilla("diff", NOTHING)],
  },
  {
    kind: "changed by hand",
    name: "`helm uninstall` of a service, and its tag changes",
    isLong: true,
    change: async (ground) => {
      await ground.must("helm", "uninstall", "web", "-n", "shop-dev", "--wait");
      ground.stack.edit("apps/index.ts", 'tag: "1.0.0"', 'tag: "1.0.1"');
    },
    diff: MISSING,
    preview: ANY,
    more: [again, flotilla("diff", NOTHING)],
    restore: async (ground) => {
      ground.stack.edit("apps/index.ts", 'tag: "1.0.1"', 'tag: "1.0.0"');
      await ground.update();
    },
  },
  {
    ...objectDeleted(
      "a store's Secret is deleted: it comes back with the same passwords",
      "secret",
      "db-auth",
    ),
    isLong: true,
  },
  {
    kind: "changed by hand",
    name: "a claim is deleted: its StatefulSet creates an empty one",
    isLong: true,
    change: async (ground) => {
      const before = await ground.holdings();
      await ground.must("kubectl", "delete", "pvc", "data-cache-0", "-n", "shop-dev", "--wait=false");
      await ground.must("kubectl", "delete", "pod", "cache-0", "-n", "shop-dev", "--wait=false");
      await until("another claim is bound", async () => {
        const now = (await ground.holdings())["claim data-cache-0"];
        return now !== undefined && now !== before["claim data-cache-0"] && !now.endsWith("undefined");
      });
    },
    diff: NOTHING,
    preview: { exit: 0, says: /^no change$/ },
  },
  {
    ...objectDeleted("a NetworkPolicy of the stack is deleted", "networkpolicy", "default-deny"),
    isLong: true,
  },
  {
    kind: "changed by hand",
    name: "`kubectl delete namespace`: shown, and reinstalled with the same passwords",
    change: (ground) => ground.must("kubectl", "delete", "namespace", "shop-dev", "--wait"),
    diff: { exit: 2, says: /EMPTY volumes[^\n]*/ },
    preview: ANY,
    up: refused(/the namespace is in the state, but not in the cluster/),
    more: [
      flotilla("status", { exit: 2, says: /[^\n]*(missing|gone)[^\n]*/ }),
      again,
      flotilla("diff", NOTHING),
    ],
  },
  {
    kind: "changed by hand",
    name: "the namespace is deleted and recreated by hand",
    isLong: true,
    change: async (ground) => {
      await ground.must("kubectl", "delete", "namespace", "shop-dev", "--wait");
      await ground.must("kubectl", "create", "namespace", "shop-dev");
    },
    diff: { exit: 2, says: /EMPTY volumes[^\n]*/ },
    preview: ANY,
    up: refused(/the namespace was deleted and recreated since the last update/),
    more: [
      flotilla("recover", { exit: 0, says: /What recover does:\n[^\n]*/ }, "--yes"),
      again,
      flotilla("diff", NOTHING),
    ],
  },
  {
    kind: "changed by hand",
    name: "`helm uninstall` of a store, then `flotilla drift --correct`",
    isLong: true,
    change: (ground) => ground.must("helm", "uninstall", "cache", "-n", "shop-dev", "--wait"),
    diff: MISSING,
    preview: ANY,
    more: [flotilla("drift", { exit: 0, says: /No drift/ }, "--correct", "--yes"), flotilla("diff", NOTHING)],
  },
];
