/** Adds a key to the settings of a stack, a service, a store and an external, and prints where each one shows. */
import { z } from "zod";
import { settingsPage } from "../../../dev/generate/settings-page";
import { stackSchema } from "../../../dev/generate/stack-schema";
import { pathOf } from "../../../src/config/file";
import { settingsSchema } from "../../../src/config/schema";
import { key } from "../../../src/config/schema/key";
import { FlotillaError } from "../../../src/model/problems";
import { inside, schemaAt } from "../../../src/model/schema-tree";
import { effectiveSettings } from "../../../src/plan/effective";
import { readStack } from "../../support";

const PLACES = [[], ["services", "web"], ["stores", "mysql"], ["externals", "payment-gateway"]];

for (const place of PLACES) {
  const map = place.length === 0 ? settingsSchema : schemaAt(settingsSchema, place);
  if (!map) throw new Error(`there is no map at ${place.join(".")}`);
  inside(map).keys.patience = key(z.int().min(1).default(7), "How long to wait for it.", "minutes");
}

const ENVIRONMENT = "flotilla:environment: dev";
const keys = (config: string) =>
  Object.fromEntries(
    effectiveSettings(readStack(`config:\n  ${ENVIRONMENT}\n  ${config}\n`))
      .filter(({ path }) => path.at(-1) === "patience")
      .map(({ path, value, source }) => [pathOf(path), [value, source.kind]]),
  );
const refused = (config: string): string => {
  try {
    return JSON.stringify(readStack(`config:\n  ${ENVIRONMENT}\n  ${config}\n`).settings);
  } catch (error) {
    if (error instanceof FlotillaError) return error.message;
    throw error;
  }
};

process.stdout.write(
  JSON.stringify({
    defaults: keys("flotilla:replicas: 1"),
    set: keys("flotilla:services: { web: { patience: 9 } }"),
    wrong: refused("flotilla:patience: 0"),
    misspelled: refused("flotilla:stores: { mysql: { patienc: 9 } }"),
    page: settingsPage(),
    schema: stackSchema(),
  }),
);
