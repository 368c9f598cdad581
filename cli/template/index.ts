import { deploy } from "flotilla";
import { catalogue } from "./apps";

export = deploy(catalogue, { project: __dirname });
