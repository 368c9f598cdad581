/** The rules for releases. `flotilla check` applies them to rendered objects, `pulumi preview` and `up` to the plan. */

/** What each rule requires, by its name. */
export const RULES = {
  "moving-tag": "an image has a tag that stays what it is, or a digest",
  registry: "images come from where `flotilla:allowedRegistries` says",
  digest: "images are named by digest where `flotilla:requireDigests` is true",
  resources: "every container asks for processor time and memory, and has a limit of memory",
  probes: "what runs on and listens is asked whether it is ready and whether it is alive",
  budget: "a disruption budget lets one pod go at least; in prod, what has several pods has one",
  replicas: "in prod a service has three pods at least",
  spread: "in prod, what has several pods is spread over nodes or zones",
  "node-port": "no Service opens a port of the nodes",
  "plain-secret":
    "nothing that looks like a password stands in variables or values, and no well-known kind of key in files",
  "release-size": "Helm's own Secret of a release stays below 1 MiB, the limit of a Secret",
} as const;

/** The name of a rule. */
export type Rule = keyof typeof RULES;

export const RULE_NAMES = Object.keys(RULES) as Rule[];

/** Checkers that `flotilla check` asks where they are installed. They warn only. */
export const OPTIONAL_CHECKERS = ["kubeconform", "kube-score"] as const;

export type OptionalChecker = (typeof OPTIONAL_CHECKERS)[number];

/** The names of their checks in exceptions, such as `kube-score/pod-probes`. */
export const CHECK_OF_CHECKER = `^(${OPTIONAL_CHECKERS.join("|")})/[a-z0-9-]+$`;

/** Whether an exception is for a check of an optional checker. */
export const isCheckOfChecker = (name: string): boolean => new RegExp(CHECK_OF_CHECKER).test(name);
