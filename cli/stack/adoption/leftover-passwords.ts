/** Passwords of leftover store data whose Secrets are gone; an earlier state may have them. */
import { FlotillaError } from "../../../src/model/problems";
import { resetRefusal } from "../../../src/plan/stores/reset";
import { findPastPasswords, type PastPasswords } from "../past-passwords";
import type { PlannedStack } from "../planning";
import { PROJECT_NAME } from "../project";
import type { Adoption, AdoptionOptions } from "./candidates";
import { otherWays } from "./reset";

/**
 * Finds passwords, in the update history, of stores whose volumes still exist but whose Secrets do not. An account that the
 * history never had counts as new if the history has other accounts of its store.
 * @throws FlotillaError if no update had them.
 */
export async function pastPasswordsFor(
  { context, config }: PlannedStack,
  { leftovers, namespace }: Adoption,
  given: AdoptionOptions,
): Promise<PastPasswords | undefined> {
  if (leftovers.length === 0) return undefined;
  const { stack } = config;
  const all = await findPastPasswords(
    PROJECT_NAME,
    stack,
    leftovers.flatMap(({ credentials }) => credentials),
  );
  const isPast = (name: string) => all.updates[name] !== undefined;
  const unknown = leftovers.filter(({ credentials }) => !credentials.some(isPast));
  const missing = leftovers.flatMap((leftover) => leftover.missing).filter(isPast);
  if (unknown.length === 0)
    return {
      updates: Object.fromEntries(missing.map((name) => [name, all.updates[name] as number])),
      resources: all.resources,
    };
  const refusals = unknown.map(({ store, claims }) => resetRefusal(context, store, claims));
  const resettable = unknown.filter((_, index) => refusals[index] === undefined).map(({ store }) => store);
  const again = [
    `npx flotilla adopt --stack ${stack}`,
    ...(given.givenUp === undefined ? [] : [`--given-up ${given.givenUp}`]),
    `--reset-password ${[...(given.resetPassword ?? []), ...resettable].join(" ")}`,
  ].join(" ");
  throw new FlotillaError(
    unknown.map((leftover, index) => {
      const { store, claims, missing: lost } = leftover;
      const reset =
        refusals[index] === undefined
          ? `To set new passwords for these accounts in that data: ${again}`
          : `New passwords cannot be set here: ${refusals[index]}.`;
      return {
        where: `store ${store}`,
        what: `its volume claims ${claims.join(", ")} are left from an earlier ${store}, and the passwords of their data are neither in a Secret nor in the history of ${stack} (${lost.join(", ")})`,
        todo: `${reset}\n    ${otherWays(leftover, namespace)}`,
      };
    }),
    "nothing was taken over",
  );
}
