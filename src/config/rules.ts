/** The rules for releases. `flotilla check` applies them to rendered objects, `pulumi preview` and `up` to the plan. */

/** What each rule requires, by its name. */
export const RULES = {
  "moving-tag": "an image has an immutable tag or a digest",
  registry: "images come from a registry in `flotilla:allowedRegistries`",
  digest: "images have a digest if `flotilla:requireDigests` is true",
  resources: "every container has CPU and memory requests and a memory limit",
  probes: "a long-running container with a port has readiness and liveness probes",
  budget:
    "a PodDisruptionBudget allows at least one disruption; in prod, every workload with several pods has one",
  replicas: "in prod, a service has at least three pods",
  spread: "in prod, a workload with several pods is spread over nodes or zones",
  "node-port": "no Service opens a node port",
  "plain-secret":
    "variables and values contain nothing that looks like a password, and files contain no key or token in a known format",
  sigterm: "a service with ports ends in time when it is asked to stop (only a warning, and only in `check`)",
  "release-size": "Helm's Secret for a release stays below 1 MiB, the size limit of a Secret",
} as const;

/** The name of a rule. */
export type Rule = keyof typeof RULES;

export const RULE_NAMES = Object.keys(RULES) as Rule[];

/** Checkers that `flotilla check` runs if they are installed. They only warn. */
export const OPTIONAL_CHECKERS = ["kubeconform", "kube-score"] as const;

export type OptionalChecker = (typeof OPTIONAL_CHECKERS)[number];

/** Matches the name of a checker's check in exceptions, such as `kube-score/pod-probes`. */
export const CHECK_OF_CHECKER = `^(${OPTIONAL_CHECKERS.join("|")})/[a-z0-9-]+$`;

/** Whether an exception is for a check of an optional checker. */
export const isCheckOfChecker = (name: string): boolean => new RegExp(CHECK_OF_CHECKER).test(name);
