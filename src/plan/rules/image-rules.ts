/** Rules about the images of containers: their tags, registries and digests. */
import { fullName } from "../../model/image-formats";
import { WAIT_CONTAINER } from "../../model/names";
import { compact } from "../../model/records";
import type { ContainerFacts } from "./facts";
import { at, type Check, type CheckedRelease, containersOf, type Found } from "./violation";

/** Images have an immutable tag, come from an allowed registry, and have a digest if the stack requires one. */
export const images: Check = (checked, { allowedRegistries, requireDigests }) => {
  return containersOf(checked.facts).flatMap(({ workload, container }): Found[] => {
    const { repository, tag, digest } = partsOf(container.image);
    const where = at(workload, container);
    const key = imageKey(checked, container);
    const found: Found[] = [];
    if (digest === undefined && (tag === undefined || tag === "latest"))
      found.push({
        rule: "moving-tag",
        where,
        what: `image ${container.image} has a mutable tag`,
        todo: `Use a version as the tag, in the inventory or in the stack: ${key.image}`,
      });
    if (allowedRegistries.length > 0 && !allowedRegistries.some((allowed) => isBelow(repository, allowed)))
      found.push({
        rule: "registry",
        where,
        what: `image ${container.image} does not come from ${allowedRegistries.join(", ")}`,
        key: "flotilla:allowedRegistries",
        todo: `Set a mirror (flotilla:registryMirrors) or another image (${key.image}), or add the registry to flotilla:allowedRegistries.`,
      });
    if (requireDigests && digest === undefined)
      found.push({
        rule: "digest",
        where,
        what: `image ${container.image} has no digest`,
        key: "flotilla:requireDigests",
        todo: `Set it: ${key.digest}`,
      });
    return found;
  });
};

/** Returns the settings with which a stack overrides the image of a container, and its digest. */
function imageKey(
  { facts, owner, imageOf }: CheckedRelease,
  { isInit, name }: ContainerFacts,
): { image: string; digest: string } {
  if (isInit && name === WAIT_CONTAINER)
    return { image: "flotilla:waitImage", digest: "flotilla:waitImage.digest" };
  const loader = facts.release.startsWith(`${owner.name}-load-`)
    ? facts.release.slice(`${owner.name}-load-`.length)
    : undefined;
  const own = imageOf === undefined ? `flotilla:${owner.kind}.${owner.name}` : `flotilla:services.${imageOf}`;
  if (owner.kind !== "stores" && facts.kind !== "job" && name !== facts.release)
    return {
      image: `flotilla:${owner.kind}.${owner.name}.containers.${name}.repository`,
      digest: `flotilla:${owner.kind}.${owner.name}.containers.${name}.digest`,
    };
  if (loader !== undefined)
    return { image: `${own}.loaders.${loader}`, digest: `${own}.loaders.${loader}.digest` };
  const isMain = name === owner.name || owner.kind !== "stores" || facts.kind === "job";
  return {
    image: owner.kind === "stores" ? "flotilla:storeImages" : `${own}.repository`,
    digest: isMain ? `${own}.digest` : "flotilla:storeImages.digests, by the image's name",
  };
}

/** Whether a repository is in a registry, or below a path in it. */
function isBelow(repository: string, allowed: string): boolean {
  const full = fullName(repository);
  return full === allowed || full === fullName(allowed) || full.startsWith(`${allowed}/`);
}

/** Splits the image of a container. */
export function partsOf(image: string): { repository: string; tag?: string; digest?: string } {
  const [named = "", digest] = image.split("@");
  const colon = named.lastIndexOf(":");
  const hasTag = colon > named.lastIndexOf("/");
  const repository = hasTag ? named.slice(0, colon) : named;
  const tag = hasTag ? named.slice(colon + 1) : "";
  return compact({ repository, tag: tag === "" ? undefined : tag, digest });
}
