/**
 * Warns about programs that probably ignore SIGTERM: they answer until they are killed at the end of their grace period, and each
 * connection that clients keep open is reset (measured with Robot Shop's node services on real nodes).
 */
import type { Service } from "../../model/application";
import { own } from "../../model/graph";
import { compact, isRecord } from "../../model/records";
import type { Text } from "../../model/text";
import type { AppContext } from "../context";
import { isStandIn } from "../environment";
import { runsShell } from "../variable-values";
import type { Violation } from "./violation";

/** Programs that run as PID 1, pass signals on to the actual program, and end with it. */
const INIT = /^(.*\/)?(tini|dumb-init|catatonit|docker-init)(-static)?$/;

/** Returns a warning for each service that has open connections and probably ignores SIGTERM, including the accepted ones. */
export function signalWarnings({ application, settings }: AppContext): Violation[] {
  return Object.entries(application.services).flatMap(([name, service]): Violation[] => {
    const why = whyIgnored(service);
    if (why === undefined || Object.keys(service.ports ?? {}).length === 0) return [];
    if (isStandIn(application, name) || drains(own(settings.services, name)?.values)) return [];
    const key = `flotilla:services.${name}.exceptions.sigterm`;
    const excepted = own(settings.services, name)?.exceptions?.sigterm ?? service.shutdown?.reason;
    return [
      compact({
        rule: "sigterm" as const,
        release: name,
        owner: name,
        where: `service ${name}`,
        what: `probably ignores SIGTERM, so that every open connection is reset when its pod is killed: ${why}`,
        todo: `Handle SIGTERM in the program: fail readiness, finish open requests, close idle connections, exit. Or start it by an init process, which passes the signal on: command: ["tini", "--", ...]. Or let \`values.lifecycle.preStop.exec\` of the service tell it to drain. If it stops well already, say so: \`shutdown.reason\` in the inventory, or ${key}`,
        excepted: typeof excepted === "string" ? excepted : undefined,
      }),
    ];
  });
}

/** Whether the stack's values have a hook that runs before SIGTERM. */
function drains(values: unknown): boolean {
  const hooks = isRecord(values) && isRecord(values.lifecycle) ? values.lifecycle.preStop : undefined;
  return isRecord(hooks) && hooks.exec !== undefined;
}

/** Returns why a service probably ignores SIGTERM; undefined if nothing suggests it. */
function whyIgnored({ command = [], args = [], language }: Service): string | undefined {
  const words = [...command, ...args];
  if (isWord(command[0]) && INIT.test(command[0])) return undefined;
  if (runsShell(command)) {
    const script = words.find((word, index) => index > 0 && isWord(word) && /\s/.test(word));
    const handles = script === undefined || !isWord(script) || /(^|[\s;&])(exec|trap)\s/.test(script);
    return handles ? undefined : "a shell is PID 1 and does not pass it on; start the program with `exec`";
  }
  return language === "node"
    ? "as PID 1, node ignores it unless the program has a handler for it"
    : undefined;
}

const isWord = (text: Text | undefined): text is string => typeof text === "string";
