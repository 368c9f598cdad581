import { catalogue } from "./apps";
import { deploy } from "./components";

export = deploy(catalogue, { project: __dirname });
