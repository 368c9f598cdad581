/** Kubeconfigs: the same cluster in another way, another cluster, and none. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import {
  type Case,
  CONNECTION,
  flotilla,
  NOTHING,
  PROVIDER_ONLY,
  refused,
  type Step,
  UNCHANGED,
  UPDATED,
} from "./case";
import { writeText } from "./kubeconfigs";

const FOREIGN = refused(/the stack is deployed in \S+ at \S+, but context "[a-z]+" points to \S+/);
const foreign = { diff: FOREIGN, preview: FOREIGN, up: FOREIGN };
const same = { kind: "address", diff: NOTHING, preview: UNCHANGED, up: UPDATED } as const;
const connection = { diff: CONNECTION, preview: PROVIDER_ONLY };
const bad = (says: RegExp) => {
  const said = refused(says);
  return { diff: said, preview: said, up: said };
};

export const addresses: Case[] = [
  { ...same, name: "`localhost` in place of `127.0.0.1`", kubeconfig: "localhost", isLong: true },
  { ...same, name: "a slash at the end of the address", kubeconfig: "slash", up: undefined, isLong: true },
  { ...same, name: "another port (a tunnel)", kubeconfig: "tunnel", up: undefined, isLong: true },
  {
    ...same,
    name: "CA and client certificate inline instead of in files",
    kubeconfig: "inline",
    isLong: true,
  },
  {
    ...same,
    name: "no CA (`insecure-skip-tls-verify`)",
    kubeconfig: "unverified",
    up: undefined,
    isLong: true,
  },
  {
    ...same,
    name: "another user: a token instead of a client certificate",
    kubeconfig: "token",
    isLong: true,
  },
  {
    ...same,
    name: "a user who may not read `kube-system`: recognized by the CA, with a note",
    isLong: true,
    kubeconfig: "limited",
    diff: { exit: 0, says: /only identified by its CA certificate[^\n]*/ },
  },
  { ...same, name: "the kubeconfig in another file", kubeconfig: "moved", up: undefined, isLong: true },
  { ...same, name: "context, cluster and user renamed", kubeconfig: "renamed", ...connection },
  {
    ...same,
    name: "two contexts for one cluster, the other one is current",
    isLong: true,
    kubeconfig: "twins",
    ...connection,
    up: undefined,
  },
  {
    ...same,
    name: "`KUBECONFIG=a:b`, the context in one file and its cluster in the other",
    isLong: true,
    kubeconfig: ({ folder, files }) => {
      const { contexts, clusters, users } = parse(readFileSync(files.both, "utf8")) as Record<string, object>;
      return [
        writeText(folder, "first", { "current-context": "own", contexts, users }),
        writeText(folder, "second", { clusters }),
      ].join(":");
    },
    ...connection,
  },
  {
    ...same,
    name: "`flotilla:cluster.context` names a renamed context",
    isLong: true,
    kubeconfig: "twins, renamed",
    change: ({ stack }) => stack.config("flotilla:cluster.context", "production"),
    ...connection,
    up: undefined,
    restore: (ground) => ground.must("pulumi", "config", "rm", "flotilla:cluster", "-s", ground.stack.name),
  },
  {
    ...same,
    name: "`flotilla:cluster.kubeconfig` names a file",
    isLong: true,
    change: ({ stack }, { files }) => stack.config("flotilla:cluster.kubeconfig", files.inline),
    ...connection,
    restore: async (ground) => {
      await ground.must("pulumi", "config", "rm", "flotilla:cluster", "-s", ground.stack.name);
      await ground.update();
    },
  },
  {
    kind: "address",
    name: "no current context, and the stack names none",
    isLong: true,
    isPreviewed: true,
    kubeconfig: "no current context",
    ...bad(/the kubeconfig has no current context, and the stack does not set one/),
  },
  {
    kind: "address",
    name: "a current context that does not exist",
    isLong: true,
    kubeconfig: "unknown context",
    ...bad(/has no context "gone"/),
  },
  {
    kind: "address",
    name: "a kubeconfig that does not exist",
    isLong: true,
    kubeconfig: ({ folder }) => `${folder}/nowhere.yaml`,
    ...bad(/there is no kubeconfig at/),
  },
  {
    kind: "address",
    name: "an address with a wrong path",
    isLong: true,
    kubeconfig: "wrong path",
    ...bad(/does not answer: there is no Kubernetes API at this address/),
  },
  {
    kind: "address",
    name: "an address that nothing listens on",
    isLong: true,
    kubeconfig: "nobody listens",
    ...bad(/the cluster of context "own" at \S+ cannot be reached/),
  },
  {
    kind: "address",
    name: "invalid credentials",
    isLong: true,
    kubeconfig: "bad token",
    ...bad(/the cluster of context "own" at \S+ does not answer: [^\n]+/),
  },
];

/** The current context's cluster has objects of others, and nothing of the stack. */
const THEIRS: Step = {
  run: ["kubectl", "get", "deploy,sts,pvc,configmap", "-n", "shop-dev", "-o", "name"],
  exit: 0,
  says: /configmap\/theirs/,
  never: /deployment|statefulset|persistentvolumeclaim/,
};

export const clusters: Case[] = [
  {
    kind: "cluster",
    name: "`KUBECONFIG` points to another cluster",
    isLong: true,
    kubeconfig: "other",
    ...foreign,
    isPreviewed: true,
  },
  {
    kind: "cluster",
    name: "the current context is switched to another cluster; then each other command",
    kubeconfig: "switched",
    ...foreign,
    more: [
      flotilla("status", FOREIGN),
      flotilla("drift", FOREIGN, "--correct", "--yes"),
      flotilla("up", FOREIGN, "--yes"),
      flotilla("recover", FOREIGN, "--yes"),
      flotilla("rollback", FOREIGN, "--yes"),
      flotilla("adopt", FOREIGN, "--yes"),
      flotilla("rotate", FOREIGN, "db", "--yes"),
      flotilla("destroy", FOREIGN, "--confirm", "dev"),
      THEIRS,
    ],
  },
  {
    kind: "cluster",
    name: "`flotilla:cluster.context` is changed to another cluster",
    isLong: true,
    change: ({ stack }) => stack.config("flotilla:cluster.context", "other"),
    ...foreign,
    restore: (ground) => ground.must("pulumi", "config", "rm", "flotilla:cluster", "-s", ground.stack.name),
  },
  {
    kind: "cluster",
    name: "the same context name points to another cluster",
    isLong: true,
    kubeconfig: "swapped",
    ...foreign,
  },
  {
    kind: "cluster",
    name: "`flotilla:cluster.identity` names neither cluster",
    isLong: true,
    kubeconfig: "switched",
    change: ({ stack }) => stack.config("flotilla:cluster.identity", "00000000-0000-4000-8000-000000000000"),
    ...bad(/the setting is \S+, but context "other" points to \S+/),
    restore: (ground) => ground.must("pulumi", "config", "rm", "flotilla:cluster", "-s", ground.stack.name),
  },
  {
    kind: "cluster",
    name: "prod: `flotilla:cluster.context` is changed to another cluster, and the update is retried",
    isLong: true,
    on: "prod",
    change: ({ stack }) => stack.config("flotilla:cluster.context", "other"),
    ...foreign,
    more: [{ run: ["pulumi", "up", "--yes", "--skip-preview"], ...FOREIGN }],
    restore: ({ stack }) => stack.config("flotilla:cluster.context", "own"),
  },
  {
    kind: "stack",
    name: "prod: `flotilla destroy`, confirmed with the right name",
    isLong: true,
    on: "prod",
    more: [flotilla("destroy", refused(/has environment prod[^\n]*/), "--confirm", "prod")],
  },
  {
    kind: "cluster",
    name: "plain `pulumi refresh --yes` after the current context was switched",
    isLong: true,
    kubeconfig: "switched",
    more: [
      {
        run: ["pulumi", "refresh", "--yes", "--skip-preview"],
        exit: 0,
        says: /\d+ unchanged/,
        never: /deleted/,
      },
      THEIRS,
    ],
  },
  {
    kind: "cluster",
    name: "plain `pulumi destroy` after the current context was switched, then `up`",
    isLong: true,
    kubeconfig: "switched",
    more: [
      {
        run: ["pulumi", "destroy", "--yes", "--skip-preview"],
        exit: 1,
        says: /[^\n.]*because it is protected|protected/,
      },
      THEIRS,
    ],
    restore: (ground) => {
      ground.env.KUBECONFIG = ground.kubeconfig;
      return ground.update();
    },
  },
  {
    kind: "cluster",
    name: "plain `pulumi refresh --yes` where the recorded context name points to another cluster",
    isLong: true,
    kubeconfig: "swapped",
    more: [
      { run: ["pulumi", "refresh", "--yes", "--skip-preview"], exit: 0, says: /\d+ deleted/ },
      THEIRS,
      { ...flotilla("diff", { exit: 2, says: /already installed with helm/ }), kubeconfig: "both" },
      flotilla("adopt", { exit: 0, says: /To take over: [^\n]*/ }, "--yes"),
      flotilla("diff", NOTHING),
    ],
  },
];
