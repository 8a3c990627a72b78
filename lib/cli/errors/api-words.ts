/**
 * Matches words of the API: calls (`memmap()`), modes, classes, objects in braces and names in camel case. NumPy's own names with
 * a module (`numpy.load`) are none.
 */
export const USES_API = new RegExp(
  [
    String.raw`(?<![.\w])[A-Za-z_]\w*\(`,
    String.raw`\bmode '?(?:r\+?|w\+|c)\b'?`,
    String.raw`\bmode ==`,
    String.raw`'[rw]\+'`,
    String.raw`\{ \w+(?:[,:] | \})`,
    String.raw`\b(?:NDArray|Memmap|NpzFile|FileHandle|Uint8Array|\w*Array)\b(?<!NumPy)`,
    String.raw`\b(?:bigint|undefined|openMemmap|savez|toJSON|typed[- ]array)\b`,
    String.raw`\b[a-z]{2,}(?:[A-Z][a-z]+)+\b`,
  ].join('|'),
)
