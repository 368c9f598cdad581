/** The circumstances of a long run whose results are kept. */
import { isOfficial } from "../dev/bench/results";
import type { OpenWorld } from "../dev/sandbox/world";

export interface Circumstances {
  date: string;
  /** Which providers deployed. */
  providers: string;
}

export const circumstances = (world: Pick<OpenWorld, "providers">): Circumstances => ({
  date: new Date().toISOString().slice(0, 10),
  providers: isOfficial(world) ? "the official providers" : "the stand-ins for the providers",
});
