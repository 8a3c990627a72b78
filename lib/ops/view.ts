/**
 * Views with elements of another dtype over the same bytes.
 * @module
 */
import type { ArrayBase } from '../array/array-base.js'
import { viewOf } from '../array/make-array.js'
import { DType, parseDType } from '../dtype/index.js'
import type { DTypeLike } from '../dtype/index.js'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import { stridesOf } from '../layout/strides.js'

/** `NDArray.view`. Source: NumPy, `array_descr_set` in getset.c. */
export function viewAs(array: ArrayBase, like: DTypeLike): ArrayBase {
  array.store.checkOpen()
  const { base, shape: axes } = parseDType(like)
  const from = array.itemsize
  const to = base.itemsize * axes.reduce((product, length) => product * length, 1)
  const shape = array.shape.slice()
  const byteStrides = array.byteStrides.slice()
  if (from !== to) {
    const last = shape.length - 1
    const refuse = (rule: string): MemmapError =>
      new MemmapError(
        'ERR_MEMMAP_DTYPE',
        `cannot view items of ${from} bytes as ${base.name}, items of ${to} bytes: ${rule}`,
      )
    if (axes.length > 0) throw refuse('a sub-array takes the place of as many bytes')
    if (last < 0) throw refuse('an array without axes keeps the size of its item')
    if (from === 0 || to === 0) throw refuse('items without bytes cannot be told apart')
    const length = shape[last] as number
    if (length !== 1 && array.size > 0 && byteStrides[last] !== from)
      throw refuse('the last axis must be contiguous; copy() makes it so')
    const bytes = length * from
    if (from > to ? from % to !== 0 : bytes % to !== 0) {
      throw refuse(
        `${from > to ? 'one size must divide the other' : `the last axis has ${bytes} bytes, which is no multiple`}`,
      )
    }
    shape[last] = bytes / to
    byteStrides[last] = to
  }
  return viewOf(array, withAxes({ ...array, shape, byteStrides }, base, axes), base)
}

/** `NDArray.field`. */
export function fieldOf(array: ArrayBase, name: unknown): ArrayBase {
  array.store.checkOpen()
  const field = typeof name === 'string' ? array.dtype.fields?.[name] : undefined
  if (field === undefined) {
    const names = array.dtype.names
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      names === null
        ? `elements of ${array.dtype.name} have no fields (asked for ${inspect(name)})`
        : `no field of name ${inspect(name)}: the fields are ${names.map((one) => `'${one}'`).join(', ')}`,
    )
  }
  const { base, shape: axes } = field.dtype
  const { shape, byteStrides, position } = array
  return viewOf(array, withAxes({ shape, byteStrides, position: position + field.offset }, base, axes), base)
}

/** `NDArray.real` and `NDArray.imag`. */
export function complexPart(array: ArrayBase, part: 'real' | 'imag'): ArrayBase {
  array.store.checkOpen()
  const { dtype, shape, byteStrides, position } = array
  if (dtype.kind !== 'c') {
    if (part === 'real' && 'biuf'.includes(dtype.kind)) return viewOf(array, { shape, byteStrides, position })
    throw new MemmapError('ERR_MEMMAP_DTYPE', `elements of ${dtype.name} have no ${part} part: only complex ones do`)
  }
  const half = parseDType(`${dtype.str[0]}f${dtype.itemsize / 2}`)
  return viewOf(array, { shape, byteStrides, position: part === 'real' ? position : position + half.itemsize }, half)
}

/** The layout of an array whose elements were sub-arrays, whose axes come last: an array has no elements that are arrays. */
function withAxes(
  place: { shape: readonly number[]; byteStrides: readonly number[]; position: number },
  base: DType,
  axes: readonly number[],
): { shape: number[]; byteStrides: number[]; position: number } {
  return {
    shape: [...place.shape, ...axes],
    byteStrides: [...place.byteStrides, ...stridesOf(axes, base.itemsize, 'C')],
    position: place.position,
  }
}
