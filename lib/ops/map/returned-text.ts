/**
 * Text that a function of elements returns. What the library hands out goes back: `S` reads as latin-1, so returned text is stored
 * as latin-1, and text of `U` that the function did not change keeps its code points, which a string can merge.
 * @module
 */
import type { ArrayBase } from '../../array/array-base.js'
import { isArrayValue } from '../../dtype/index.js'
import type { DType } from '../../dtype/index.js'
import { rowsOf } from '../iterate.js'
import { fieldOf } from '../view.js'

/**
 * Converts a returned value for storing.
 * @param read the element as the function received it
 * @param element returns that element as an array without axes
 */
export type Restore = (value: unknown, read: unknown, element: () => ArrayBase) => unknown

/** Surrogates, and the replacement of a number beyond Unicode. */
const INEXACT = /[\ud800-\udfff\ufffd]/

/** The conversion from elements of one dtype to another; null where there is no text. */
export function restoreOf(from: DType, to: DType): Restore | null {
  if (to.shape.length > 0) {
    const restore = restoreOf(from.base, to.base)
    return restore && inLists(restore)
  }
  if (to.names !== null) return inRecords(from, to, to.names)
  if (to.kind === 'S') return (value) => latin1(value)
  if (to.kind !== 'U' || from.kind !== 'U') return null
  return (value, read, element) =>
    typeof value === 'string' && value === read && INEXACT.test(value) ? element() : value
}

/** Text as bytes, unless it is ASCII or has other characters, which the codec rejects. */
function latin1(value: unknown): unknown {
  // oxlint-disable-next-line no-control-regex -- all of latin-1
  const isLatin1 = typeof value === 'string' && /[^\0-\x7f]/.test(value) && !/[^\0-\xff]/.test(value)
  return isLatin1 ? new Uint8Array(Buffer.from(value, 'latin1')) : value
}

function inLists(restore: Restore): Restore {
  const inList: Restore = (value, read, element) =>
    Array.isArray(value)
      ? value.map((item: unknown, index) =>
          inList(item, entryOf(read, index), () => Array.from(rowsOf(element()))[index] as ArrayBase),
        )
      : restore(value, read, element)
  return inList
}

function inRecords(from: DType, to: DType, names: readonly string[]): Restore | null {
  const fields = names.map((name) => {
    const [source, target] = [from.fields?.[name], to.fields?.[name]]
    return source === undefined || target === undefined ? null : restoreOf(source.dtype, target.dtype)
  })
  if (fields.every((field) => field === null)) return null
  return (value, read, element) => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || isArrayValue(value)) return value
    const restored = (item: unknown, index: number): unknown => {
      const name = names[index] as string
      const field = fields[index]
      return field ? field(item, entryOf(read, name), () => fieldOf(element(), name)) : item
    }
    if (Array.isArray(value)) return value.map(restored)
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, restored(item, names.indexOf(name))]))
  }
}

function entryOf(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[key] : undefined
}
