/** Environment variables with which a command changes one update, for example to import resources. */

/** Resources to import into the state: a JSON object of IDs by `<type>::<name>`. */
export const ADOPT = "FLOTILLA_ADOPT";

/** Resources that must not change even if the plan differs: a JSON list of `<type>::<name>`. */
export const KEEP = "FLOTILLA_KEEP";

/** Makes the provider take over fields of another field manager. */
export const PATCH_FORCE = "PULUMI_K8S_ENABLE_PATCH_FORCE";

/**
 * Variables that make the provider take over fields from the field manager of a lost state. An update that adopts an object has
 * another field manager, and server-side apply refuses to change fields that the old one owns.
 */
export const TAKE_OVER = { [PATCH_FORCE]: "true" };

/** Set by a command that has compared the state with the cluster and resolved the differences, so the program skips that check. */
export const CHECKED = "FLOTILLA_CHECKED";

/** Digest of the update that a command has compared with a reviewed plan: the program refuses any other. */
export const REVIEWED = "FLOTILLA_REVIEWED";
