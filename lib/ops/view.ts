/**
 * Views with elements of another dtype over the same bytes.
 * @module
 */
import type { ArrayBase } from '../array/array-base.js'
import { viewOf } from '../array/make-array.js'
import { parseDType } from '../dtype/index.js'
import type { DType, DTypeLike } from '../dtype/index.js'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import type { Layout } from '../layout/layout.js'
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
    const viewError = (rule: string): MemmapError =>
      new MemmapError(
        'ERR_MEMMAP_DTYPE',
        `invalid view of items of ${from} bytes as ${base.name}, items of ${to} bytes: ${rule}`,
      )
    if (axes.length > 0) throw viewError('a sub-array must have as many bytes as the item')
    if (last < 0) throw viewError('an array without axes keeps the size of its item; give a dtype of that size')
    if (from === 0 || to === 0) throw viewError('both sizes must be positive')
    const length = shape[last] as number
    if (length !== 1 && array.size > 0 && byteStrides[last] !== from)
      throw viewError('the last axis must be contiguous; view a copy()')
    const bytes = length * from
    if (from > to ? from % to !== 0 : bytes % to !== 0) {
      throw viewError(
        from > to
          ? 'one size must divide the other'
          : `the last axis has ${bytes} bytes, which must be a multiple of ${to}`,
      )
    }
    shape[last] = bytes / to
    byteStrides[last] = to
  }
  return viewOf(array, withAxes({ shape, byteStrides, position: array.position }, base, axes), base)
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
        ? `invalid field ${inspect(name)}: elements of ${array.dtype.name} have no fields`
        : `invalid field ${inspect(name)}: there is none of that name; give one of ${names.map((one) => `'${one}'`).join(', ')}`,
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
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `invalid dtype ${dtype.name}: its elements have no ${part} part; only complex ones do`,
    )
  }
  const half = parseDType(`${dtype.str[0]}f${dtype.itemsize / 2}`)
  return viewOf(array, { shape, byteStrides, position: part === 'real' ? position : position + half.itemsize }, half)
}

/** Appends the axes of a sub-array to a layout, because an array has no elements that are arrays. */
function withAxes(layout: Layout, base: DType, axes: readonly number[]): Layout {
  return {
    shape: [...layout.shape, ...axes],
    byteStrides: [...layout.byteStrides, ...stridesOf(axes, base.itemsize, 'C')],
    position: layout.position,
  }
}
