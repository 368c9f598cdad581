/** The prefix of every setting, such as `flotilla:environment`. It is the same in all projects, whatever their name. */
export const PREFIX = "flotilla";
