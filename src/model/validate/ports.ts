/** Checks the ports of a service. */
import type { Port, Service } from "../application";
import { servicePort } from "../graph";
import { isTcp, transportOf } from "../ports";
import type { Report } from "./report";

/** Checks that ports differ by number or transport protocol, and that the Service can have the features that the inventory sets. */
export function checkPorts(where: string, service: Service, report: Report): void {
  const ports = Object.entries(service.ports ?? {});
  const seen = { container: new Map<string, string>(), service: new Map<string, string>() };
  for (const [name, port] of ports) {
    const transport = transportOf(port.protocol);
    const served = servicePort(port);
    const listening = seen.container.get(`${port.container}/${transport}`);
    const serving = seen.service.get(`${served}/${transport}`);
    if (listening)
      report(
        where,
        `ports ${listening} and ${name} have the same number, ${port.container}`,
        "Change one of them.",
      );
    else if (serving)
      report(
        where,
        `ports ${serving} and ${name} have the same Service port, ${served}`,
        "Change one of them.",
      );
    seen.container.set(`${port.container}/${transport}`, name);
    seen.service.set(`${served}/${transport}`, name);
    if (service.headless && served !== port.container)
      report(
        `${where}, port ${name}`,
        `a headless Service cannot map port ${served} to ${port.container}: its clients connect to the pods`,
        "Remove `service`, or remove `headless`.",
      );
  }
  const features = (["headless", "sessionAffinity"] as const).filter((key) => service[key]);
  for (const key of ports.length === 0 ? features : [])
    report(
      where,
      `has \`${key}\`, but no ports, and so no Kubernetes Service`,
      `Add a port, or remove \`${key}\`.`,
    );
  if (service.headless && service.sessionAffinity)
    report(
      where,
      "a headless Service has no session affinity: its clients choose a pod themselves",
      "Remove `headless` or `sessionAffinity`.",
    );
  checkTcp(where, service, report);
}

/** Reports probes, metrics and a public path on ports that are not TCP. */
export function checkTcp(
  where: string,
  {
    ports = {},
    probe,
    liveness,
    metrics,
  }: Pick<Service, "probe" | "liveness" | "metrics"> & { ports?: Record<string, Pick<Port, "protocol">> },
  report: Report,
): void {
  const probed = [probe, liveness].flatMap((each) =>
    each && !("exec" in each) ? Object.values(each).map(({ port }) => ["a probe", port] as const) : [],
  );
  for (const [what, name] of [...probed, ...(metrics ? [["the metrics", metrics.port] as const] : [])]) {
    const port = Object.hasOwn(ports, name) ? ports[name] : undefined;
    if (port && !isTcp(port))
      report(
        where,
        `the port of ${what} is "${name}", whose protocol is ${port.protocol}`,
        what === "a probe"
          ? "Probes connect over TCP: use a TCP port, or a probe with `exec`."
          : "Metrics are read over HTTP: use a port whose protocol is http.",
      );
  }
}
