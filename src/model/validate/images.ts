/** Images of an inventory. What else may be wrong with one the charts' schemas say, for which it is empty where nobody has set it. */
import type { Image } from "../application";
import type { Report } from "./report";

export function checkImage(where: string, { repository }: Image, report: Report): void {
  if (repository === "")
    report(where, "its image has no repository", 'Name it, with its registry: "docker.io/library/redis".');
}
