/** Where stores' images come from: one place for all of them. */
import { LEGACY_PREFIX, type Settings } from "../../config/schema";
import type { Image, StoreKind } from "../../model/application";
import type { Values } from "../plan";

/** Tags of the stores' own images: those of the locked charts' application versions. */
const BITNAMI_TAGS: Record<StoreKind, string> = {
  mongodb: "8.0.13-debian-12-r0",
  mysql: "9.4.0-debian-12-r1",
  redis: "8.2.1-debian-12-r0",
  rabbitmq: "4.1.3-debian-12-r1",
};

/** The official images of the same versions. */
const UPSTREAM: Record<StoreKind, Image> = {
  mongodb: { repository: "docker.io/library/mongo", tag: "8.0.13" },
  mysql: { repository: "docker.io/library/mysql", tag: "9.4.0" },
  redis: { repository: "docker.io/library/redis", tag: "8.2.1" },
  rabbitmq: { repository: "docker.io/library/rabbitmq", tag: "4.1.3-management" },
};

/** The image of a store. */
export function storeImage(settings: Settings, kind: StoreKind): Image {
  if (settings.distribution === "upstream") return UPSTREAM[kind];
  const { registry, repositoryPrefix } = settings.storeImages;
  return { repository: `${registry}/${repositoryPrefix}/${kind}`, tag: BITNAMI_TAGS[kind] };
}

/** An image of a Bitnami chart, as its values want it; without a tag it keeps the chart's own. */
export function bitnamiImage({ storeImages }: Settings, name: string, tag?: string): Values {
  const { registry, repositoryPrefix } = storeImages;
  return { registry, repository: `${repositoryPrefix}/${name}`, ...(tag === undefined ? {} : { tag }) };
}

/** The main image of a Bitnami chart. */
export const bitnamiStoreImage = (settings: Settings, kind: StoreKind): Values =>
  bitnamiImage(settings, kind, BITNAMI_TAGS[kind]);

/** What to know about the images; nothing where there is nothing to know. */
export function imageWarnings({ distribution, storeImages }: Settings): string[] {
  if (distribution !== "bitnami" || !storeImages.repositoryPrefix.split("/").includes(LEGACY_PREFIX))
    return [];
  return [
    `the stores run Bitnami's images of ${storeImages.registry}/${storeImages.repositoryPrefix}, which get no updates any more, ` +
      "security fixes included: for a mirror or the paid catalogue set flotilla:storeImages, for the official images flotilla:distribution to upstream",
  ];
}
