/** The parts of image references, with the grammar of container runtimes (github.com/distribution/reference, regexp.go and normalize.go). */
import { z } from "zod";

/** The registry of images without a registry in their name. */
const DOCKER_HUB = "docker.io";

const PORT = "(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})";
const DOMAIN_LABEL = "[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?";
const HOST = `(?:${DOMAIN_LABEL}(?:\\.${DOMAIN_LABEL})*|\\[[a-fA-F0-9:]+\\])(?::${PORT})?`;
/** What a container runtime reads as a host: it has a dot or a port, or is `localhost`. Anything else is part of the path. */
const RECOGNIZED = "(?=localhost[:/]|localhost$|[^/]*[.:])";
const COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const PATH = `${COMPONENT}(?:/${COMPONENT})*`;

/** Longest repository including its registry, in characters. */
const MAX_REPOSITORY = 255;

/** The host of a registry. Images without a host come from docker.io. */
export const registryHost = z
  .string()
  .regex(
    new RegExp(`^${RECOGNIZED}${HOST}$`),
    "must be the host of a registry, such as docker.io or mirror.example.com:5000",
  );

/** A registry, or a path in one. */
export const registryPath = z
  .string()
  .max(MAX_REPOSITORY)
  .regex(
    new RegExp(`^${RECOGNIZED}${HOST}(?:/${PATH})?$`),
    "must be a registry or a path in one, such as mirror.example.com/hub",
  );

/** A path in a registry. */
export const imagePath = z
  .string()
  .max(MAX_REPOSITORY)
  .regex(new RegExp(`^${PATH}$`), "must be a path in lower case, such as mirror/bitnami");

const NOT_A_REPOSITORY =
  "must be a repository, such as registry.example.com/team/shop: in lower case, without a tag or digest";

/** A repository, with or without a registry. A runtime reads 64 hex digits as the ID of an image. */
export const repository = z
  .string()
  .max(MAX_REPOSITORY)
  .regex(new RegExp(`^(?![a-f0-9]{64}$)(?:${RECOGNIZED}${HOST}/)?${PATH}$`), NOT_A_REPOSITORY);

/** A tag, including the mutable `latest`. */
export const anyTag = z
  .string()
  .regex(/^\w[\w.-]{0,127}$/, "must be an image tag: at most 128 letters, digits and _ . -");

/** The tag that always points to the newest image. */
export const MUTABLE_TAG = "latest";

/** The message about the mutable tag. */
export const NO_MUTABLE_TAG = "must not be latest, which is a mutable tag: use a version or a digest";

export const tag = anyTag.refine((value) => value !== MUTABLE_TAG, NO_MUTABLE_TAG);

export const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 hex digits, as the registry reports it");

/** Splits a repository into registry and path, as container runtimes do: `docker.io/redis` is `docker.io/library/redis`. */
export function splitRepository(repository: string): { registry: string; path: string } {
  const [first = "", ...rest] = repository.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const registry = !isHost || first === "index.docker.io" ? DOCKER_HUB : first;
  const path = isHost ? rest.join("/") : repository;
  return { registry, path: registry === DOCKER_HUB && !path.includes("/") ? `library/${path}` : path };
}

/** Returns a repository or an image with its registry, as container runtimes list it. */
export function fullName(image: string): string {
  const { registry, path } = splitRepository(image);
  return `${registry}/${path}`;
}
