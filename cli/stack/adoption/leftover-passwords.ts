/** Passwords of data that is left of stores: their Secrets are gone, and an earlier state may have them. */
import { FlotillaError } from "../../../src/model/problems";
import { resetRefusal } from "../../../src/plan/stores/reset";
import { findPastPasswords, type PastPasswords } from "../past-passwords";
import type { PlannedStack } from "../planning";
import { PROJECT_NAME } from "../project";
import type { Adoption, AdoptionOptions } from "./candidates";
import { otherWays } from "./reset";

/**
 * Passwords of stores whose volumes are left and whose Secrets are not. An account that the history never had, of a store
 * that it had, is a new one.
 * @throws FlotillaError when no update had them.
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
          ? `To set new passwords in that data, for these accounts: ${again}`
          : `It cannot get new passwords here: ${refusals[index]}.`;
      return {
        where: `store ${store}`,
        what: `its volume claims ${claims.join(", ")} are left of an earlier ${store}, and the passwords of their data are found neither in a Secret nor in the history of ${stack} (${lost.join(", ")})`,
        todo: `${reset}\n    ${otherWays(leftover, namespace)}`,
      };
    }),
    "nothing was taken over",
  );
}
