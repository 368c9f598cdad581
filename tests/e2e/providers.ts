/** The providers used in a contract test: a passing stand-in says nothing about the official one. */
import { askVersion } from "../../cli/tools/provider-versions/ask-version";
import { world } from "./world";

/** Prints them, each with the version that its binary reports. */
export async function announceProviders(): Promise<void> {
  for (const { name, source, executable } of world().providers)
    console.log(`    provider under test: ${name} ${await askVersion(executable)} (${source})`);
}
