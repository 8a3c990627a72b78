import { inspect as nodeInspect } from 'node:util'

/** The text of a value in an error message: one line, cut where it is long. */
export function inspect(value: unknown): string {
  const lines = nodeInspect(value, {
    depth: 3,
    breakLength: Infinity,
    compact: true,
    maxArrayLength: 8,
    maxStringLength: 80,
  })
  // Arrays print on several lines.
  const text = lines.replaceAll(/\n\s*/g, ' ')
  return text.length > 160 ? `${text.slice(0, 157)}...` : text
}
