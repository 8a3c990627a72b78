import { print } from './terminal.js'

/**
 * Prints a value as JSON on one line. Numbers that JSON does not have are text: `"NaN"`, `"Infinity"`, `"-Infinity"`, and whole
 * numbers beyond 2^53 - 1. Bytes are lists of numbers. All invisible characters are escaped; see {@link safe}.
 */
export function printJson(value: unknown): void {
  print(safe(JSON.stringify(value, plain)))
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : String(value)
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (value instanceof Uint8Array) return Array.from(value)
  return value
}

/** Escapes invisible characters outside of ASCII too, which JSON.stringify does not. */
function safe(json: string): string {
  return json.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
}
