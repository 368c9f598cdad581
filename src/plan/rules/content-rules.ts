/** Rules about the other contents of a release: ports of Services, texts that look like secrets, and its size. */
import type { Settings } from "../../config/schema";
import { own } from "../../model/graph";
import { pathOf } from "../../model/paths";
import { secretLike } from "../../model/secret-like";
import { bytesText, LARGEST_OBJECT } from "../limits";
import type { Check } from "./violation";

/** Services open no port of the nodes. */
export const nodePorts: Check = ({ facts }) =>
  facts.nodePorts.map((service) => ({
    rule: "node-port",
    where: service,
    what: "it opens a port of every node",
  }));

/** Helm's own Secret of a release is within the limit of a Secret. */
export const size: Check = ({ facts: { release, bytes = 0 }, owner }) =>
  bytes <= LARGEST_OBJECT
    ? []
    : [
        {
          rule: "release-size",
          where: `release ${release}`,
          what: `Helm stores it, compressed, in a Secret of about ${bytesText(bytes)}, and a Secret takes at most ${bytesText(LARGEST_OBJECT)}`,
          todo: `Make its files smaller: put what is large into the image, or let the program download it. Or say why it is counted wrongly: flotilla:${owner.kind}.${owner.name}.exceptions.release-size`,
        },
      ];

/** Plain texts in values and variables do not look like secrets. */
export const literals: Check = ({ facts, owner }, settings) =>
  facts.literals.flatMap(({ where, name, value }) => {
    const looks = secretLike(name, value);
    if (looks === undefined) return [];
    return [
      {
        rule: "plain-secret",
        where,
        ...(isOverride(settings, owner.name, name)
          ? { key: `flotilla:${pathOf(["services", owner.name, "env", name])}` }
          : {}),
        // Only the kind of secret is named: the value may be one.
        what: `its value looks like ${looks}`,
        todo: `A password belongs to an account of the inventory, or under flotilla:credentials. If it is none, say why: flotilla:${owner.kind}.${owner.name}.exceptions.plain-secret${keyText(name)}`,
        name,
      },
    ];
  });

/** A name as a path of settings has it. */
const keyText = (name: string): string => (/^[A-Za-z0-9_-]+$/.test(name) ? `.${name}` : `["${name}"]`);

/** Whether the stack sets a variable of a service. */
const isOverride = (settings: Settings, service: string, variable: string): boolean =>
  own(own(settings.services, service)?.env ?? {}, variable) !== undefined;
