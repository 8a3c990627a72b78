/**
 * Casts between dtypes, as NumPy casts whole arrays. Kernels cast numbers and equal bytes; this folder casts dates of different
 * units, text, raw bytes and records.
 * @module
 */
import { coreOf } from '../../array/array-base.js'
import type { ArrayBase } from '../../array/array-base.js'
import { inMemory } from '../../array/computed.js'
import { assignKernel } from '../../array/kernel-calls.js'
import { TIME_CODE } from '../../dtype/index.js'
import type { DType } from '../../dtype/index.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { toRawBytes } from './raw-bytes.js'
import { broadcastToFields, hasPadding, recordsToRecords, theOnlyField } from './records.js'
import { numbersToText, textToText, textToTimes } from './text.js'
import { sameTicks, timesToTimes } from './times.js'
import { toBool } from './to-bool.js'

/**
 * Casts the elements of one array to those of another of the same shape. The arrays may overlap.
 * @throws MemmapError `ERR_MEMMAP_DTYPE` for dtypes without a cast; `ERR_MEMMAP_CAST` for an element without one
 */
export function castElements(target: ArrayBase, source: ArrayBase): void {
  const { dtype: from, store } = coreOf(source)
  const to = coreOf(target).dtype
  if (store.recipe !== null && !isOneKernel(from, to)) return castElements(target, inMemory(source))
  // The codes of numbers come before those of times.
  if (from.code < TIME_CODE && to.code < TIME_CODE) return assignKernel(target, source)
  // Padding between fields must not change, as in NumPy, so records with padding are cast field by field.
  if (from === to || from.equals(to)) {
    if (from.names === null || !hasPadding(from)) return assignKernel(target, source)
  }
  if (to.names !== null)
    return from.names === null
      ? broadcastToFields(target, source, castElements)
      : recordsToRecords(target, source, castElements)
  if (from.names !== null) return castElements(target, theOnlyField(source, to))
  if (isText(to)) return toText(target, source)
  if (to.kind === 'V') return toRawBytes(target, source, castElements)
  if (to.code === TIME_CODE) return toTimes(target, source)
  if (isText(from)) {
    throw new MemmapError(
      'ERR_MEMMAP_CAST',
      `invalid cast of ${from.name} to ${to.name}: text is not parsed as numbers; convert it first, as with map(Number, { dtype: 'float64' })`,
    )
  }
  if (from.kind !== 'V') return assignKernel(target, source)
  if (to.kind === 'b') return assignKernel(target, toBool(source))
  if (source.size > 0) throw noCast(from, to)
}

/** Returns true if a single kernel casts one dtype to the other. */
export function isOneKernel(from: DType, to: DType): boolean {
  if (from.equals(to)) return from.names === null || !hasPadding(from)
  return isNumeric(from) && isNumeric(to)
}

function isNumeric({ kind }: DType): boolean {
  return 'biufc'.includes(kind)
}

function toText(target: ArrayBase, source: ArrayBase): void {
  const from = source.dtype
  if (isText(from)) return textToText(target, source)
  if (from.kind !== 'V') return numbersToText(target, source)
  if (source.size > 0) throw noCast(from, target.dtype)
}

function toTimes(target: ArrayBase, source: ArrayBase): void {
  const from = source.dtype
  const to = target.dtype
  if (isText(from)) return textToTimes(target, source)
  if (from.kind === 'V' && source.size > 0) throw noCast(from, to)
  if (from.kind === to.kind && !sameTicks(from, to)) return timesToTimes(target, source)
  if (from.kind !== 'V') assignKernel(target, source)
}

function isText(dtype: DType): boolean {
  return dtype.kind === 'S' || dtype.kind === 'U'
}

function noCast(from: DType, to: DType): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `invalid cast of raw bytes (${from.name}) to ${to.name}: NumPy has no such cast; use view(), which reinterprets the bytes`,
  )
}
