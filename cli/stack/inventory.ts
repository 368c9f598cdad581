/** Adds services to inventories. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Application, Language } from "../../src/model/application";
import { own } from "../../src/model/graph";
import { readInventory } from "../../src/model/inventory/read";
import { DNS_LABEL } from "../../src/model/names";
import { suggest } from "../../src/model/nearest";
import { FlotillaError, type Problem, refuse } from "../../src/model/problems";
import { validateApplication } from "../../src/model/validate";
import type { Catalogue } from "../../src/model/written";
import { describe } from "../core/new-service/description";
import { insertService } from "../core/new-service/insert";
import { PROJECT } from "../tools/paths";
import { catalogue } from "./catalogue";

/** The user's options for a new service. */
export interface NewServiceOptions {
  language: Language;
  uses: string;
  application: string;
  image?: string;
}

/** Adds a service to the inventory; a result that is not valid is not written. */
export function addService(
  name: string,
  { language, uses, application, image }: NewServiceOptions,
  project = PROJECT,
) {
  const written = own(catalogue(), application);
  if (!written)
    throw new FlotillaError([
      {
        where: "Pulumi.yaml: flotilla:application",
        what: `unknown application "${application}"`,
        todo: suggest(application, Object.keys(catalogue())),
      },
    ]);
  const { application: described, problems } = readInventory(written, application);
  refuse(problems);
  if (!described) throw new Error(`the inventory of ${application} has neither errors nor an application`);
  const file = `apps/${application}.ts`;
  if (!existsSync(join(project, file)))
    throw new FlotillaError([
      {
        where: file,
        what: `the file does not exist, so the inventory of ${application} cannot be edited`,
        todo: `Rename the file that defines ${application}, or add the service there by hand.`,
      },
    ]);
  const targets = [...new Set(uses.split(",").flatMap((target) => target.trim() || []))];
  refuse(nameProblems(described, name, targets));

  const path = join(project, file);
  const source = readFileSync(path, "utf8");
  const text = describe(described, { name, language, uses: targets, image: imageOf(name, image) });
  // In a clone of this package, the vocabulary is one of its own modules.
  const isClone = existsSync(join(project, "src", "model", "text.ts"));
  const vocabulary = isClone ? "../src/model/text" : "flotilla";
  const inserted = insertService(source, application, text, vocabulary);
  if (!inserted)
    throw new FlotillaError([
      {
        where: file,
        what: "it has no `services: { ... }` to add to",
        todo: `Add this where the services are defined:\n${text.lines.join("\n")}`,
      },
    ]);
  writeFileSync(path, inserted.source);
  try {
    // With edits left to make by hand, the inventory is not valid yet.
    if (inserted.byHand.length === 0) refuse(problemsIn(path, application));
  } catch (error) {
    writeFileSync(path, source);
    throw error;
  }
  return { file, line: inserted.line, todo: [...inserted.byHand, ...toEdit(image)] };
}

const toEdit = (image: string | undefined): string[] => [
  ...(image === undefined ? ["image: your repository, and an exact tag"] : []),
  "ports: where it listens",
  "env: the variables it reads; those with a password go into a Secret",
  "probe, liveness: paths that return 200",
  "writable: paths it writes to; everything else is read-only",
  "resources, public, autoscaling, metrics: if the language's preset and the defaults do not fit",
];

/** The problems with the names of a new service and its dependencies. */
function nameProblems(application: Application, name: string, uses: readonly string[]): Problem[] {
  const { services, stores, tasks = {}, externals = {}, callers = {} } = application;
  const known = [services, stores, externals].flatMap((record) => Object.keys(record));
  const taken = [...known, ...Object.keys(tasks), ...Object.keys(callers)].includes(name);
  const problem = (where: string, what: string, todo: string): Problem => ({ where, what, todo });
  return [
    ...(DNS_LABEL.test(name)
      ? []
      : [
          problem(
            "<name>",
            `"${name}" is not a DNS label`,
            "Use lower-case letters, digits and hyphens, starting with a letter.",
          ),
        ]),
    ...(taken ? [problem("<name>", `${application.name} has a ${name} already`, "Use another name.")] : []),
    ...uses
      .filter((target) => !known.includes(target))
      .map((target) => problem("--uses", `${application.name} has no "${target}"`, suggest(target, known))),
  ];
}

const imageOf = (name: string, image: string | undefined) => {
  const [, repository, tag] = /^([^@]+):([\w][\w.-]*)$/.exec(image ?? "") ?? [];
  if (image !== undefined && (repository === undefined || tag === undefined || tag === "latest"))
    throw new FlotillaError([
      {
        where: "--image",
        what: `"${image}" has no exact version tag`,
        todo: "Write it as registry.example.com/orders:1.0.0.",
      },
    ]);
  return { repository: repository ?? `registry.example.com/${name}`, tag: tag ?? "0.1.0" };
};

/** Loads the edited inventory and returns its problems. */
function problemsIn(path: string, application: string): Problem[] {
  delete require.cache[path];
  const exported = Object.values(require(path) as Catalogue);
  const edited = exported.find(({ name }) => name === application);
  if (!edited) return [];
  const { application: read, problems } = readInventory(edited, application);
  return read ? validateApplication(read) : [...problems];
}
