/** The prefix of every setting, such as `flotilla:environment`: the same in all projects, so that it can be documented. */
export const PREFIX = "flotilla";
