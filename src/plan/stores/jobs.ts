import type { Loader, Store } from "../../model/application";
import { own } from "../../model/graph";
import { accountsRelease, loaderRelease } from "../../model/names";
import { mentionsPassword } from "../../model/text";
import type { AppContext, PlanContext } from "../context";
import { hasSecret } from "../credentials";
import { addressOf, fill, fillSecret } from "../hosts";
import { imageIn } from "../images";
import { jobSeconds, planJob } from "../services/loader";
import { mergeResources } from "../services/resources";
import { storeImage } from "./images";
import type { JobsPlan } from "./rotation";
import { commandOf } from "./script";
import { type StoreShape, shapeOf } from "./shape";

/** Default time limits of Jobs, in seconds. */
const ACCOUNTS_SECONDS = 300;
const LOADER_SECONDS = 600;

/** Returns the release names of the Jobs that prepare a store. The releases of its clients come after them. */
export function preparations(context: AppContext, name: string): string[] {
  const shape = shapeOf(context, name);
  return [
    ...(makesAccounts(shape) ? [accountsRelease(name)] : []),
    ...Object.keys(shape.store.loaders ?? {}).map((loader) => loaderRelease(name, loader)),
  ];
}

/** Whether a Job creates the accounts of a store. A store without a password has no accounts. */
const makesAccounts = ({ store, kind }: StoreShape): boolean =>
  kind.accountsWork !== undefined && hasSecret(store);

/** Returns the time limit of a store's preparation, in seconds. */
export const preparationSeconds = (shape: StoreShape): number =>
  (makesAccounts(shape) ? jobSeconds(ACCOUNTS_SECONDS) : 0) +
  Math.max(0, ...Object.keys(shape.store.loaders ?? {}).map((loader) => loaderSeconds(shape.store, loader)));

/** Returns the time limit of a loader including the loaders before it, in seconds. */
function loaderSeconds(store: Store, name: string): number {
  const { seconds = LOADER_SECONDS, needs = [] } = own(store.loaders ?? {}, name) ?? {};
  return jobSeconds(seconds) + Math.max(0, ...needs.map((other) => loaderSeconds(store, other)));
}

/** Plans the Jobs that prepare a store. `secretNeeds` are releases that come before their Secrets, during a rotation. */
export function planPreparations(context: PlanContext, name: string, secretNeeds: string[]): JobsPlan {
  const { settings } = context;
  const shape = shapeOf(context, name);
  const { store } = shape;
  const work = makesAccounts(shape) ? shape.kind.accountsWork?.(shape, addressOf(context, name)) : undefined;
  const accounts = work && accountsRelease(name);
  const jobs = [
    ...(work === undefined || accounts === undefined
      ? []
      : [
          planJob(context, {
            name: accounts,
            store: name,
            // The store's image contains the client, and a node has already pulled it.
            image: storeImage(context, name),
            ...commandOf(work.script),
            env: work.env,
            secretEnv: work.secretEnv,
            seconds: ACCOUNTS_SECONDS,
            needs: [name],
            secretNeeds,
          }),
        ]),
    ...Object.entries(store.loaders ?? {}).map(([key, loader]) =>
      planJob(context, {
        name: loaderRelease(name, key),
        store: name,
        image: imageIn(settings, loader.image, own(own(settings.stores, name)?.loaders ?? {}, key)),
        ...loaderWork(context, loader),
        seconds: loader.seconds ?? LOADER_SECONDS,
        ...(loader.resources && { resources: mergeResources(loader.resources, undefined) }),
        needs: [accounts ?? name, ...(loader.needs ?? []).map((other) => loaderRelease(name, other))],
        secretNeeds,
      }),
    ),
  ];
  return {
    releases: jobs.map(({ release }) => release),
    secrets: Object.assign({}, ...jobs.map(({ secrets }) => secrets)),
    credentials: {},
  };
}

/** Returns the command and the variables of a loader. */
function loaderWork(context: AppContext, { script, env }: Loader) {
  const entries = Object.entries(env);
  const plain = entries.filter(([, text]) => !mentionsPassword(text));
  const secret = entries.filter(([, text]) => mentionsPassword(text));
  return {
    command: ["sh", "-euc"],
    args: [script],
    env: Object.fromEntries(plain.map(([key, text]) => [key, fill(context, text)])),
    secretEnv: Object.fromEntries(secret.map(([key, text]) => [key, fillSecret(context, text)])),
  };
}
