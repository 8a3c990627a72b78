import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import type { Field } from './dtype-fields.js'
import { DType } from './dtype.js'
import { MAX_ITEMSIZE, tooLarge } from './plain.js'
import { OPAQUE_CODE } from './table.js'

/** NumPy's limit, of arrays and of sub-arrays. */
const MAX_DIMENSIONS = 64

/** A field without its offset. */
export interface NamedDType {
  readonly name: string
  readonly dtype: DType
  readonly title?: string | undefined
}

/** The placement of fields. Without offsets they are packed in order. */
export interface Placement {
  readonly offsets?: readonly number[] | undefined
  /** The size of one element in bytes, which must hold all fields. */
  readonly itemsize?: number | undefined
  /** The end of the padding after the last field. */
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
  const addField = (key: string, field: Field<DType>): void => {
    if (key in table)
      throw dtypeError(spec, `${inspect(key)} is already a name or title of another field; make each unique`)
    table[key] = field
  }

  let alignment = 1
  let next = 0
  fields.forEach(({ name, title, dtype }, i) => {
    const step = aligned ? dtype.alignment : 1
    alignment = Math.max(alignment, step)
    const offset = offsets?.[i] ?? roundUp(next, step)
    if (offset % step !== 0) {
      throw dtypeError(
        spec,
        `with aligned, the offset of ${inspect(name)} must be a multiple of ${step} (got ${offset})`,
      )
    }
    const field = Object.freeze({ dtype, offset, ...(title !== undefined && { title }) })
    addField(name, field)
    if (title !== undefined) addField(title, field)
    next = Math.max(next, offset + dtype.itemsize)
  })
  const minimum = roundUp(Math.max(next, end), alignment)

  const size = itemsize ?? minimum
  if (size < minimum) throw dtypeError(spec, `its fields need ${minimum} bytes, more than the itemsize of ${size}`)
  if (size % alignment !== 0)
    throw dtypeError(spec, `with aligned, the itemsize must be a multiple of ${alignment} (got ${size})`)
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
  const fullShape = Object.freeze([...shape, ...base.shape])
  if (fullShape.length > MAX_DIMENSIONS)
    throw dtypeError(spec, `a sub-array has at most ${MAX_DIMENSIONS} axes (got ${fullShape.length})`)
  const itemsize = fullShape.reduce((bytes, length) => bytes * length, base.base.itemsize)
  // Each length is checked too, because a length of 0 makes the itemsize 0 whatever the others are.
  if (fullShape.some((length) => length > MAX_ITEMSIZE) || !(itemsize <= MAX_ITEMSIZE)) throw tooLarge(spec)
  const { alignment } = base
  return new DType({
    kind: 'V',
    itemsize,
    alignment,
    code: OPAQUE_CODE,
    byteOrder: '|',
    subarray: { base: base.base, shape: fullShape },
  })
}

/** Creates an `ERR_MEMMAP_DTYPE` error about the dtype that the caller passed. */
export function dtypeError(spec: unknown, rule: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_DTYPE', `invalid dtype ${inspect(spec)}: ${rule}`)
}

/** The next multiple of `step`. */
export function roundUp(position: number, step: number): number {
  return Math.ceil(position / step) * step
}
