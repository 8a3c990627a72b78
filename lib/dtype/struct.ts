import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import type { Field } from './dtype-fields.js'
import { DType } from './dtype.js'
import { MAX_ITEMSIZE, tooLarge } from './plain.js'
import { OPAQUE_CODE } from './table.js'

/** NumPy's limit, of arrays and of sub-arrays. */
const MAX_DIMENSIONS = 64

/** A field before it has its place. */
export interface NamedDType {
  readonly name: string
  readonly dtype: DType
  readonly title?: string | undefined
}

/** How to place fields. Without offsets they follow each other. */
export interface Placement {
  readonly offsets?: readonly number[] | undefined
  /** The size that was asked for, which must hold all fields. */
  readonly itemsize?: number | undefined
  /** Where padding after the last field ends. */
  readonly end?: number
  readonly aligned?: boolean | undefined
}

/**
 * A structured dtype, with NumPy's checks (`_convert_from_dict` in `numpy/_core/src/multiarray/descriptor.c`): names and
 * titles unique, offsets not negative, every field inside the item, and when aligned every offset and the size on their
 * boundaries. Fields may overlap.
 */
export function structured(
  fields: readonly NamedDType[],
  { offsets, itemsize, end = 0, aligned = false }: Placement,
  spec: unknown,
): DType {
  const table: Record<string, Field<DType>> = Object.create(null)
  const enter = (key: string, field: Field<DType>): void => {
    if (key in table)
      throw refuse(spec, `${inspect(key)} is already a name or title of another field; each must differ`)
    table[key] = field
  }

  let alignment = 1
  let next = 0
  fields.forEach(({ name, title, dtype }, i) => {
    const step = aligned ? dtype.alignment : 1
    alignment = Math.max(alignment, step)
    const offset = offsets?.[i] ?? roundUp(next, step)
    if (offset % step !== 0) {
      throw refuse(spec, `with aligned, the offset of ${inspect(name)} must be a multiple of ${step} (got ${offset})`)
    }
    const field = Object.freeze({ dtype, offset, ...(title !== undefined && { title }) })
    enter(name, field)
    if (title !== undefined) enter(title, field)
    next = Math.max(next, offset + dtype.itemsize)
  })
  const needed = roundUp(Math.max(next, end), alignment)

  const size = itemsize ?? needed
  if (size < needed) throw refuse(spec, `its fields need ${needed} bytes, more than the itemsize of ${size}`)
  if (size % alignment !== 0)
    throw refuse(spec, `with aligned, the itemsize must be a multiple of ${alignment} (got ${size})`)
  if (size > MAX_ITEMSIZE) throw tooLarge(spec)
  return new DType({
    kind: 'V',
    itemsize: size,
    alignment,
    code: OPAQUE_CODE,
    byteOrder: '|',
    struct: { names: Object.freeze(fields.map(({ name }) => name)), fields: Object.freeze(table), aligned },
  })
}

/** `shape` elements of `base` in C order as one element; a sub-array of a sub-array is one with the axes of both. */
export function subarray(base: DType, shape: readonly number[], spec: unknown): DType {
  if (shape.length === 0) return base
  const whole = Object.freeze([...shape, ...base.shape])
  if (whole.length > MAX_DIMENSIONS)
    throw refuse(spec, `a sub-array has at most ${MAX_DIMENSIONS} axes (got ${whole.length})`)
  const itemsize = whole.reduce((bytes, length) => bytes * length, base.base.itemsize)
  // Each length counts too: a zero among them would hide an absurd one.
  if (whole.some((length) => length > MAX_ITEMSIZE) || !(itemsize <= MAX_ITEMSIZE)) throw tooLarge(spec)
  const { alignment } = base
  return new DType({
    kind: 'V',
    itemsize,
    alignment,
    code: OPAQUE_CODE,
    byteOrder: '|',
    subarray: { base: base.base, shape: whole },
  })
}

/** An `ERR_MEMMAP_DTYPE` about a structured or sub-array dtype. */
export function refuse(spec: unknown, rule: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_DTYPE', `dtype ${inspect(spec)}: ${rule}`)
}

/** The next multiple of `step`. */
export function roundUp(position: number, step: number): number {
  return Math.ceil(position / step) * step
}
