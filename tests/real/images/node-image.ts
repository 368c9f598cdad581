/** An image with the Node.js of this machine and its libraries, for tests without a registry. */
import { buildArchive } from "../../../dev/sandbox/images/archives";
import { copyNode, NODE, nodeIdentity } from "../../../dev/sandbox/images/node-root";

export const NODE_IMAGE = "flotilla.test/node:1";

/** Returns the image's archive; builds it unless an archive of the same content is in the cache. */
export const nodeImage = async (): Promise<string> =>
  buildArchive({
    image: NODE_IMAGE,
    identity: await nodeIdentity(),
    config: { Entrypoint: [NODE] },
    fill: copyNode,
  });
