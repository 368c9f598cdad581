import type { Loader, Store } from "../../model/application";
import { own } from "../../model/graph";
import { accountsRelease, loaderRelease } from "../../model/names";
import { compact } from "../../model/records";
import { mentionsPassword } from "../../model/text";
import type { AppContext, PlanContext } from "../context";
import { addressOf, fill, fillSecret } from "../hosts";
import { imageIn } from "../images";
import { jobSeconds, planJob } from "../services/loader";
import { storeImage } from "./images";
import type { JobsPlan } from "./rotation";
import { commandOf } from "./script";
import { type StoreShape, shapeOf } from "./shape";

const ACCOUNTS_SECONDS = 300;
const LOADER_SECONDS = 600;

/** Releases that make a store ready: whoever uses it comes after them. */
export function preparations(context: AppContext, name: string): string[] {
  const { store, kind } = shapeOf(context, name);
  return [
    ...(kind.accountsWork ? [accountsRelease(name)] : []),
    ...Object.keys(store.loaders ?? {}).map((loader) => loaderRelease(name, loader)),
  ];
}

/** Seconds from a store's release to its users', at most. */
export const preparationSeconds = ({ store, kind }: StoreShape): number =>
  (kind.accountsWork ? jobSeconds(ACCOUNTS_SECONDS) : 0) +
  Math.max(0, ...Object.keys(store.loaders ?? {}).map((loader) => loaderSeconds(store, loader)));

/** Seconds of a loader and of those before it. */
function loaderSeconds(store: Store, name: string): number {
  const { seconds = LOADER_SECONDS, needs = [] } = own(store.loaders ?? {}, name) ?? {};
  return jobSeconds(seconds) + Math.max(0, ...needs.map((other) => loaderSeconds(store, other)));
}

/** The Jobs of a store; `secretNeeds` are the releases before their Secrets, while a rotation lets new passwords in. */
export function planPreparations(context: PlanContext, name: string, secretNeeds: string[]): JobsPlan {
  const { settings } = context;
  const shape = shapeOf(context, name);
  const { store } = shape;
  const work = shape.kind.accountsWork?.(shape, addressOf(context, name));
  const accounts = work && accountsRelease(name);
  const jobs = [
    ...(work === undefined || accounts === undefined
      ? []
      : [
          planJob(context, {
            name: accounts,
            store: name,
            // It has the client, and it is pulled already.
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
        ...compact({ resources: loader.resources }),
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
