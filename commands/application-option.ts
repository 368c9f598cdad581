import { InvalidArgumentError, Option } from "commander";
import { catalogue } from "../apps";
import { suggest } from "../model/nearest";
import { DEFAULT_APPLICATION } from "./project";

/** The option that names an application of the catalogue. */
export const applicationOption = (what: string): Option =>
  new Option("-a, --application <name>", what).default(DEFAULT_APPLICATION).argParser((name: string) => {
    const known = Object.keys(catalogue);
    if (!known.includes(name))
      throw new InvalidArgumentError(`There is no application "${name}". ${suggest(name, known)}`);
    return name;
  });
