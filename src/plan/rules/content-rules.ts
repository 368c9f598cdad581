/** Rules about the content of a release: node ports, text that looks like a secret, and size. */
import type { Settings } from "../../config/schema";
import { own } from "../../model/graph";
import { pathOf } from "../../model/paths";
import { secretLike } from "../../model/secret-like";
import { bytesText, LARGEST_OBJECT } from "../limits";
import type { Check, CheckedRelease } from "./violation";

/** Services open no node port. */
export const nodePorts: Check = ({ facts }) =>
  facts.nodePorts.map((service) => ({
    rule: "node-port",
    where: service,
    what: "the Service opens a port on every node",
  }));

/** Helm's Secret for a release is within the size limit of a Secret. */
export const size: Check = ({ facts: { release, bytes = 0 }, owner }) =>
  bytes <= LARGEST_OBJECT
    ? []
    : [
        {
          rule: "release-size",
          where: `release ${release}`,
          what: `Helm stores it, compressed, in a Secret of about ${bytesText(bytes)}, and a Secret holds at most ${bytesText(LARGEST_OBJECT)}`,
          todo: `Make the files smaller: add large files to the image, or let the program download them. If the estimate is wrong, say why: flotilla:${owner.kind}.${owner.name}.exceptions.release-size`,
        },
      ];

/** Plain text in values and variables does not look like a secret. */
export const literals: Check = ({ facts, owner }, settings) =>
  facts.literals.flatMap(({ where, name, value }) => {
    const looks = secretLike(name, value);
    if (looks === undefined) return [];
    return [
      {
        rule: "plain-secret",
        where,
        ...(isOverride(settings, owner, name)
          ? { key: `flotilla:${pathOf([owner.kind, owner.name, "env", name])}` }
          : {}),
        // The message names only the kind of secret, because the value may be one.
        what: `the value looks like ${looks}`,
        todo: `Declare a password as an account in the inventory, or set it under flotilla:credentials. If it is not a secret, say why: flotilla:${owner.kind}.${owner.name}.exceptions.plain-secret${keyText(name)}`,
        name,
      },
    ];
  });

/** Returns a name as a step of a settings path. */
const keyText = (name: string): string => (/^[A-Za-z0-9_-]+$/.test(name) ? `.${name}` : `["${name}"]`);

/** Whether the stack sets a variable of a service or task. */
const isOverride = (settings: Settings, { kind, name }: CheckedRelease["owner"], variable: string): boolean =>
  kind !== "stores" && own(own(settings[kind], name)?.env ?? {}, variable) !== undefined;
