/** Checks that no two services, tasks or stores have the same volume claim, unless several pods can mount it. */
import type { Application } from "../application";
import { kindOfProgram, own } from "../graph";
import { storesOfClaim } from "../store-claims";
import { claimName, isOfOnePod, keptVolumes, mountedVolumes } from "../volumes";
import type { Report } from "./report";

/** Checks the claims of all services and tasks. */
export function checkClaims(application: Application, report: Report): void {
  const { services, tasks = {}, stores } = application;
  const storeOf = (claim: string) => storesOfClaim(claim).find((name) => own(stores, name));
  const ofStore = (owner: string, claim: string, todo: string) => {
    const store = storeOf(claim);
    if (store !== undefined) report(owner, `store ${store} has the same volume claim`, todo);
  };
  /** The owner of the claims of each StatefulSet, by the name in front of their numbers. */
  const numbered = new Map<string, string>();
  /** The owners of claims of Deployments that end in a number, by the name in front of it. */
  const endInNumber = new Map<string, string>();
  /** The first program that mounts a claim, and whether only one pod can mount it. */
  const users = new Map<string, { program: string; owner: string; isAlone: boolean }>();

  for (const [service, described] of Object.entries(services))
    for (const [volume, kept] of keptVolumes(described)) {
      const owner = `service ${service}, volume ${volume}`;
      const isNumbered = described.workload === "StatefulSet";
      const name = isNumbered ? `${volume}-${service}` : claimName(service, volume);
      const base = name.replace(/-[0-9]+$/, "");
      const other = isNumbered
        ? (numbered.get(name) ?? endInNumber.get(name))
        : (users.get(name)?.owner ?? (base === name ? undefined : numbered.get(base)));
      if (other !== undefined)
        report(owner, `${other} has the same volume claim, ${name}`, "Rename one of the volumes.");
      if (isNumbered) numbered.set(name, owner);
      else {
        if (base !== name) endInNumber.set(base, owner);
        users.set(name, { program: service, owner, isAlone: isOfOnePod(kept) });
      }
      ofStore(owner, isNumbered ? `${name}-0` : name, "Rename the volume.");
    }

  for (const [name, program] of Object.entries({ ...services, ...tasks }))
    for (const [volume, mounted] of mountedVolumes(program)) {
      if (!("claim" in mounted)) continue;
      const owner = `${kindOfProgram(application, name)} ${name}, volume ${volume}`;
      const { claim } = mounted;
      const isAlone = isOfOnePod(mounted);
      const ofPods = numbered.get(claim.replace(/-[0-9]+$/, ""));
      const other = users.get(claim);
      ofStore(owner, claim, "Only a store's own pods can mount its data: remove the volume.");
      if (ofPods !== undefined && /-[0-9]+$/.test(claim))
        report(owner, `the claim ${claim} belongs to a pod of ${ofPods}`, "Remove the volume.");
      if (isAlone && own(tasks, name)?.cron?.concurrency === "Allow")
        report(
          owner,
          `two runs can overlap (\`concurrency: "Allow"\`), but only one pod can mount the claim ${claim}`,
          'Use `concurrency: "Forbid"`, or `accessMode: "ReadWriteMany"` if the claim has it.',
        );
      if (other === undefined) users.set(claim, { program: name, owner, isAlone });
      else if ((isAlone || other.isAlone) && other.program !== name)
        report(
          owner,
          `${other.owner} also mounts the claim ${claim}, and only one pod can mount it`,
          'Set `accessMode: "ReadWriteMany"` or "ReadOnlyMany" in both if the claim has it, or remove one of the volumes.',
        );
    }
}
