import { inspect } from '../../errors/inspect.js'
import { newaxis } from '../../layout/slice.js'
import type { Selector } from '../../ops/indexing/selectors.js'
import { UsageError } from '../exit.js'

/** Parses selectors, with or without the brackets of NumPy: `0:3, ..., -1`, `None`, `[0, 2]`. */
export function parseSelectors(text: string): Selector[] {
  const trimmed = text.trim().replace(/^a\[(.*)\]$/s, '$1')
  const parts = trimmed.match(/\[[^\]]*\]|[^,]+/g) ?? []
  if (parts.length === 0 || /,\s*,|^\s*,/.test(trimmed)) throw wrong(text, text)
  return parts.filter((part) => part.trim() !== '').map((part) => parseOne(part.trim(), text))
}

function parseOne(part: string, text: string): Selector {
  if (/^[+-]?\d+$/.test(part)) return Number(part)
  if (/^(newaxis|np\.newaxis|None)$/.test(part)) return newaxis
  if (part.startsWith('[')) {
    try {
      return JSON.parse(part.replaceAll(/\bTrue\b/g, 'true').replaceAll(/\bFalse\b/g, 'false')) as Selector
    } catch {
      throw wrong(part, text)
    }
  }
  if (part === '...' || /^[-+\d\s:]*:[-+\d\s:]*$/.test(part)) return part
  throw wrong(part, text)
}

function wrong(part: string, text: string): UsageError {
  return new UsageError(
    `invalid --slice ${inspect(part)}${part === text ? '' : ` in ${inspect(text)}`}: it must be whole numbers, slices such as 1:3 or ::-1, '...', newaxis or lists such as [0, 2], separated by commas`,
  )
}
