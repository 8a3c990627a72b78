import { inspect } from 'node:util'

/** A value as an error message shows it: on one line, cut where it is long. */
export function given(value: unknown): string {
  const text = inspect(value, {
    depth: 3,
    breakLength: Infinity,
    compact: true,
    maxArrayLength: 8,
    maxStringLength: 80,
  })
  return text.length > 160 ? `${text.slice(0, 157)}...` : text
}
