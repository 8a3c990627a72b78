import { print } from './terminal.js'

/**
 * Prints a value as JSON on one line. What JSON has no numbers for is text: `"NaN"`, `"Infinity"`, `"-Infinity"`, and whole
 * numbers beyond 2^53 - 1. Bytes are lists of numbers. Nothing in it is sent to a terminal as it is: control characters are
 * escaped as JSON does, the others of {@link safe} too.
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

/** JSON escapes the control characters of ASCII only. */
function safe(json: string): string {
  return json.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
}
