/** What a command asks of one update, and no setting should say: to import resources, to leave some as they are. */

/** Resources that the cluster has already, to be taken into the state: a JSON object of ids by `<type>::<name>`. */
export const ADOPT = "FLOTILLA_ADOPT";

/** Resources to be left as they are, whatever the plan says of them: a JSON list of `<type>::<name>`. */
export const KEEP = "FLOTILLA_KEEP";

/** Has the provider take over what another field manager owns. */
export const PATCH_FORCE = "PULUMI_K8S_ENABLE_PATCH_FORCE";

/**
 * Has the provider take fields over from the field manager of a state that is lost: who adopts an object is another one, and
 * server-side apply refuses to change what the other one still owns.
 */
export const TAKE_OVER = { [PATCH_FORCE]: "true" };

/** Set by a command that has held the state against the cluster and settled where they differ: the program does not again. */
export const CHECKED = "FLOTILLA_CHECKED";
