/** The versions of the format: `HEADER_LEN` has 2 or 4 bytes, the text is latin-1 or UTF-8. */
export type NpyVersion = readonly [major: 1 | 2 | 3, minor: 0]
