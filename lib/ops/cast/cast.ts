/**
 * Elements of one dtype to elements of another, as NumPy casts whole arrays. Numbers and bytes move in the kernels; here is
 * the rest: dates of different units, text, raw bytes and records.
 * @module
 */
import type { ArrayBase } from '../../array/array-base.js'
import { assignKernel } from '../../array/kernel-calls.js'
import { DType, TIME_CODE } from '../../dtype/index.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { toRawBytes } from './raw-bytes.js'
import { broadcastToFields, hasPadding, recordsToRecords, theOnlyField } from './records.js'
import { numbersToText, textToText, textToTimes } from './text.js'
import { sameTicks, timesToTimes } from './times.js'
import { toBool } from './to-bool.js'

/**
 * Copies the elements of one array to those of another of the same shape; right however they overlap.
 * @throws MemmapError `ERR_MEMMAP_DTYPE` where there is no such cast; `ERR_MEMMAP_CAST` for an element that has none
 */
export function castElements(target: ArrayBase, source: ArrayBase): void {
  const from = source.dtype
  const to = target.dtype
  // Bytes between fields are left alone, as in NumPy, so records with padding go field by field.
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
      `text (${from.name}) is not read as ${to.name}: convert it first, as with map(Number, { dtype: 'float64' })`,
    )
  }
  if (from.kind !== 'V') return assignKernel(target, source)
  if (to.kind === 'b') return assignKernel(target, toBool(source))
  if (source.size > 0) throw noCast(from, to)
}

/** Whether elements of one dtype go to another's in a single kernel. */
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
    `raw bytes (${from.name}) cannot be cast to ${to.name}: use view(), which takes them for elements of another dtype`,
  )
}
