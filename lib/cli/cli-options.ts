/** The options of a command, by their long names. */
export type CliOptions = Readonly<Record<string, string | boolean | undefined>>
