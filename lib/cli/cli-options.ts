/** The options of a command, by their long names. */
export type CliOptions = Readonly<Record<string, string | boolean | undefined>>

/** The hidden command by which the scripts of `completion` ask for the members of a `.npz` file. */
export const MEMBERS = '__members'
