/** Flotilla's public API. */
export { type Catalogue, type DeployOptions, deploy, type Program } from "./deploy";
