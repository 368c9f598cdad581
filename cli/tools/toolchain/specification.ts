/**
 * The tools: which versions on PATH are acceptable, where the official release is, and the Go module to build from otherwise.
 * These versions and packages were tested together.
 */

export interface Tool {
  name: string;
  /** The version to download or build, without a leading v. */
  version: string;
  /** The tool that expects this one in its own folder. */
  beside?: string;
  /** Acceptable versions on PATH, as a semver range. */
  accepts: string;
  /** Arguments that print the version; the first version with three parts in the output counts. If unset, any version is accepted. */
  versionArguments?: readonly string[];
  release: Release;
  module: Module;
}

/** An official release: a tar.gz with `member` as the executable inside it, else the executable itself. */
export interface Release {
  url: (platform: Platform) => string | undefined;
  /** The path of the executable inside the tar.gz. */
  member?: (platform: Platform) => string;
  checksum: Checksum;
}

/** Where the vendor publishes the SHA-256 of the file. */
export type Checksum =
  | {
      kind: "file" /** A file with the digest alone, or with lines `<digest>  <name>`. */;
      url: (platform: Platform) => string;
    }
  | {
      kind: "github" /** The digest that GitHub computed when the asset was uploaded. */;
      repository: string;
      tag: string;
    };

/**
 * A Go module under `modules/`, whose go.sum pins everything that is built. Tools that need the libraries of Kubernetes share one
 * module, with one version of each library: their official releases may have others, but each version takes minutes to compile.
 */
export interface Module {
  folder: string;
  package: string;
  /** `-X` settings for the linker. */
  variables?: Record<string, string>;
}

export interface Platform {
  os: "linux" | "darwin";
  arch: "amd64" | "arm64";
}

const PULUMI = "3.259.0";
const HELM = "3.20.2";
export const KUBERNETES = "1.36.3";
const KWOK = "0.8.0";
const ETCD = "3.6.8";
const KUBECONFORM = "0.7.0";
const KUBE_SCORE = "1.20.0";
const HELMFILE = "1.8.0";
const KUBE_ROUTER = "2.1.0";
const COREDNS = "1.14.7";

const github = (repository: string, tag: string, asset: string) =>
  `https://github.com/${repository}/releases/download/${tag}/${asset}`;

const pulumiRelease = (member: string): Release => ({
  url: ({ os, arch }) =>
    github(
      "pulumi/pulumi",
      `v${PULUMI}`,
      `pulumi-v${PULUMI}-${os}-${arch === "amd64" ? "x64" : "arm64"}.tar.gz`,
    ),
  member: () => `pulumi/${member}`,
  checksum: {
    kind: "file",
    url: () => github("pulumi/pulumi", `v${PULUMI}`, `pulumi-${PULUMI}-checksums.txt`),
  },
});

const [kubernetesMajor = "", kubernetesMinor = ""] = KUBERNETES.split(".");

const kubernetes = (name: string, versionArguments: readonly string[]): Tool => {
  const url = ({ os, arch }: Platform) =>
    `https://dl.k8s.io/release/v${KUBERNETES}/bin/${os}/${arch}/${name}`;
  return {
    name,
    version: KUBERNETES,
    // The servers of a control plane must have the same version; kubectl may be older.
    accepts: name === "kubectl" ? ">=1.31.0" : `~${kubernetesMajor}.${kubernetesMinor}`,
    versionArguments,
    release: {
      // The servers are published for Linux only, kubectl for every platform.
      url: (platform) => (platform.os === "linux" || name === "kubectl" ? url(platform) : undefined),
      checksum: { kind: "file", url: (platform) => `${url(platform)}.sha256` },
    },
    module: {
      folder: "kubernetes",
      package: `k8s.io/kubernetes/cmd/${name}`,
      variables: {
        "k8s.io/component-base/version.gitVersion": `v${KUBERNETES}`,
        "k8s.io/component-base/version.gitMajor": kubernetesMajor,
        "k8s.io/component-base/version.gitMinor": kubernetesMinor,
      },
    },
  };
};

const kwok = (name: string): Tool => ({
  name,
  version: KWOK,
  accepts: ">=0.8.0",
  versionArguments: ["--version"],
  release: {
    url: ({ os, arch }) => github("kubernetes-sigs/kwok", `v${KWOK}`, `${name}-${os}-${arch}`),
    checksum: { kind: "github", repository: "kubernetes-sigs/kwok", tag: `v${KWOK}` },
  },
  module: {
    folder: "kubernetes",
    package: `sigs.k8s.io/kwok/cmd/${name}`,
    variables: { "sigs.k8s.io/kwok/pkg/consts.Version": KWOK },
  },
});

/** Every tool, by name. */
export const TOOLS = {
  pulumi: {
    name: "pulumi",
    version: PULUMI,
    // Older ones may not support settings that are maps (Pulumi.yaml).
    accepts: ">=3.259.0 <4",
    versionArguments: ["version"],
    release: pulumiRelease("pulumi"),
    module: {
      folder: "pulumi",
      package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": PULUMI },
    },
  },
  "pulumi-language-nodejs": {
    name: "pulumi-language-nodejs",
    version: PULUMI,
    // pulumi looks for it in its own folder first; if it is on PATH instead, pulumi prints a warning.
    beside: "pulumi",
    // It comes with pulumi and does not report a version.
    accepts: "*",
    release: pulumiRelease("pulumi-language-nodejs"),
    module: {
      // Later versions are not published as a module; this one runs the current SDK.
      folder: "pulumi-language-nodejs",
      package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
      variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": "3.66.0" },
    },
  },
  helm: {
    name: "helm",
    version: HELM,
    accepts: ">=3.14.0 <4",
    versionArguments: ["version", "--short"],
    release: {
      url: ({ os, arch }) => `https://get.helm.sh/helm-v${HELM}-${os}-${arch}.tar.gz`,
      member: ({ os, arch }) => `${os}-${arch}/helm`,
      checksum: {
        kind: "file",
        url: ({ os, arch }) => `https://get.helm.sh/helm-v${HELM}-${os}-${arch}.tar.gz.sha256sum`,
      },
    },
    module: {
      folder: "kubernetes",
      package: "helm.sh/helm/v3/cmd/helm",
      variables: {
        "helm.sh/helm/v3/internal/version.version": `v${HELM}`,
        // The Kubernetes version that `helm template` assumes; the default in the source is 1.20.
        "helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor": "1",
        "helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor": "35",
        "helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor": "1",
        "helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor": "35",
      },
    },
  },
  kubectl: kubernetes("kubectl", ["version", "--client"]),
  "kube-apiserver": kubernetes("kube-apiserver", ["--version"]),
  "kube-controller-manager": kubernetes("kube-controller-manager", ["--version"]),
  "kube-scheduler": kubernetes("kube-scheduler", ["--version"]),
  kubelet: kubernetes("kubelet", ["--version"]),
  "kube-proxy": kubernetes("kube-proxy", ["--version"]),
  "kube-router": {
    name: "kube-router",
    version: KUBE_ROUTER,
    accepts: ">=2.1.0 <3",
    versionArguments: ["--version"],
    release: {
      url: ({ os, arch }) =>
        os === "linux"
          ? github(
              "cloudnativelabs/kube-router",
              `v${KUBE_ROUTER}`,
              `kube-router_${KUBE_ROUTER}_linux_${arch}.tar.gz`,
            )
          : undefined,
      member: () => "kube-router",
      checksum: { kind: "github", repository: "cloudnativelabs/kube-router", tag: `v${KUBE_ROUTER}` },
    },
    module: {
      folder: "kubernetes",
      package: "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router",
      variables: { "github.com/cloudnativelabs/kube-router/v2/pkg/version.Version": `v${KUBE_ROUTER}` },
    },
  },
  coredns: {
    name: "coredns",
    version: COREDNS,
    accepts: ">=1.11.0 <2",
    versionArguments: ["-version"],
    release: {
      url: ({ os, arch }) => github("coredns/coredns", `v${COREDNS}`, `coredns_${COREDNS}_${os}_${arch}.tgz`),
      member: () => "coredns",
      checksum: {
        kind: "file",
        url: ({ os, arch }) =>
          github("coredns/coredns", `v${COREDNS}`, `coredns_${COREDNS}_${os}_${arch}.tgz.sha256`),
      },
    },
    // Its own main.go: all plugins of the release take minutes to compile.
    module: { folder: "kubernetes", package: "./coredns" },
  },
  kwok: kwok("kwok"),
  kwokctl: kwok("kwokctl"),
  etcd: {
    name: "etcd",
    version: ETCD,
    // With 3.4, watches randomly stall for about 50 s.
    accepts: ">=3.6.0 <4",
    versionArguments: ["--version"],
    release: {
      // For macOS, etcd is published only as a zip file, so it is built there.
      url: ({ os, arch }) =>
        os === "linux" ? github("etcd-io/etcd", `v${ETCD}`, `etcd-v${ETCD}-${os}-${arch}.tar.gz`) : undefined,
      member: ({ os, arch }) => `etcd-v${ETCD}-${os}-${arch}/etcd`,
      checksum: { kind: "file", url: () => github("etcd-io/etcd", `v${ETCD}`, "SHA256SUMS") },
    },
    module: { folder: "kubernetes", package: "go.etcd.io/etcd/server/v3" },
  },
  kubeconform: {
    name: "kubeconform",
    version: KUBECONFORM,
    accepts: ">=0.7.0 <1",
    versionArguments: ["-v"],
    release: {
      url: ({ os, arch }) =>
        github("yannh/kubeconform", `v${KUBECONFORM}`, `kubeconform-${os}-${arch}.tar.gz`),
      member: () => "kubeconform",
      checksum: { kind: "file", url: () => github("yannh/kubeconform", `v${KUBECONFORM}`, "CHECKSUMS") },
    },
    module: {
      folder: "kubeconform",
      package: "github.com/yannh/kubeconform/cmd/kubeconform",
      variables: { "main.version": KUBECONFORM },
    },
  },
  "kube-score": {
    name: "kube-score",
    version: KUBE_SCORE,
    accepts: ">=1.20.0 <2",
    versionArguments: ["version"],
    release: {
      url: ({ os, arch }) =>
        github("zegl/kube-score", `v${KUBE_SCORE}`, `kube-score_${KUBE_SCORE}_${os}_${arch}`),
      checksum: { kind: "file", url: () => github("zegl/kube-score", `v${KUBE_SCORE}`, "checksums.txt") },
    },
    module: {
      folder: "kube-score",
      package: "github.com/zegl/kube-score/cmd/kube-score",
      variables: { "main.version": KUBE_SCORE },
    },
  },
  helmfile: {
    name: "helmfile",
    version: HELMFILE,
    accepts: ">=1.0.0 <2",
    versionArguments: ["--version"],
    release: {
      url: ({ os, arch }) =>
        github("helmfile/helmfile", `v${HELMFILE}`, `helmfile_${HELMFILE}_${os}_${arch}.tar.gz`),
      member: () => "helmfile",
      checksum: {
        kind: "file",
        url: () => github("helmfile/helmfile", `v${HELMFILE}`, `helmfile_${HELMFILE}_checksums.txt`),
      },
    },
    module: {
      folder: "helmfile",
      package: "github.com/helmfile/helmfile",
      variables: { "go.szostok.io/version.version": `v${HELMFILE}` },
    },
  },
} satisfies Record<string, Tool>;

export type ToolName = keyof typeof TOOLS;

/** The tools of the sandbox cluster. */
export const CLUSTER_TOOLS: readonly ToolName[] = [
  "kwokctl",
  "kwok",
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubectl",
];

/** The tools of a real node, in addition to packages of the distribution (dev/sandbox/nodes/requirements.ts). */
export const NODE_TOOLS: readonly ToolName[] = ["kubelet", "kube-proxy", "kube-router", "coredns"];

/** The optional checkers of `flotilla check`. */
export const CHECK_TOOLS: readonly ToolName[] = ["kubeconform", "kube-score"];

/** The tools for deploying. Helm is for users and the stand-in provider; the program itself does not need it. */
export const DEPLOY_TOOLS: readonly ToolName[] = ["pulumi", "pulumi-language-nodejs", "helm"];
