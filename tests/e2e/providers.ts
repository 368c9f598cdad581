/** Which providers a contract is tested with: a stand-in that passes says nothing of the official one. */
import { askVersion } from "../../cli/tools/provider-versions/ask-version";
import { world } from "./world";

/** Prints them, each with the version that its binary tells. */
export async function announceProviders(): Promise<void> {
  for (const { name, source, executable } of world().providers)
    console.log(`    provider under test: ${name} ${await askVersion(executable)} (${source})`);
}
