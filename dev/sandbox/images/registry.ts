/** Whether this machine can reach a registry. */
import { wordsOf } from "../../../cli/tools/failure";

const TIMEOUT_SECONDS = 5;

/** Hosts that serve a registry under another name. */
const HOSTS: Record<string, string> = { "docker.io": "registry-1.docker.io" };

/** Returns why a registry cannot be reached; undefined if it answers. Any answer will do, such as a request to log in. */
export async function unreachable(registry: string): Promise<string | undefined> {
  const host = HOSTS[registry] ?? registry;
  try {
    await fetch(`https://${host}/v2/`, { signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1000) });
    return undefined;
  } catch (error) {
    const { cause, name } = error as { cause?: { code?: string }; name: string };
    return name === "TimeoutError" ? `no answer in ${TIMEOUT_SECONDS} s` : (cause?.code ?? wordsOf(error));
  }
}
