import { Code, NATIVE_ORDER } from './dtype/index.js'
import type { DType } from './dtype/index.js'
import { ACCESSORS } from './elements/made/index.js'
import type { Accessors } from './elements/access.js'
import { tabulate } from './scalar/half.js'
import type { Lens } from './store.js'

/**
 * How the elements of an array are reached: through which lens, and in which of its units positions and steps are counted.
 * Arrays whose elements are reached in the same way share a class for each rank, so that the compiler sees one kind of
 * element in each.
 */
export interface Family {
  /** Names the accessors; empty for elements that have none and go the slow way (text, complex, records, ...). */
  readonly key: string
  readonly lens: Lens
  /** Bytes of what a position counts. */
  readonly unit: number
}

const LITTLE = NATIVE_ORDER === '<'

const SLOW: Family = { key: '', lens: 'view', unit: 1 }

const LENS_OF: Partial<Record<Code, Lens>> = {
  [Code.Bool]: 'u8',
  [Code.I8]: 'i8',
  [Code.U8]: 'u8',
  [Code.I16]: 'i16',
  [Code.U16]: 'u16',
  [Code.I32]: 'i32',
  [Code.U32]: 'u32',
  [Code.I64]: 'i64',
  [Code.U64]: 'u64',
  [Code.F16]: 'u16',
  [Code.F32]: 'f32',
  [Code.F64]: 'f64',
}

/** By the kind of element, its byte order and alignment. */
const families: Family[] = []

/** The family of arrays of this dtype, with every element aligned or not. */
export function familyOf(dtype: DType, aligned: boolean): Family {
  const lens = LENS_OF[dtype.code]
  if (lens === undefined) return SLOW
  const direct = dtype.itemsize === 1 || (aligned && !dtype.swapped)
  if (direct) return (families[3 * dtype.code] ??= { key: dtype.name, lens, unit: dtype.itemsize })
  const little = LITTLE !== dtype.swapped
  const order = little ? 'little' : 'big'
  return (families[3 * dtype.code + (little ? 1 : 2)] ??= { key: `${dtype.name}-${order}`, lens: 'view', unit: 1 })
}

/** The getters and setters of a family; undefined where elements go the slow way. */
export function accessorsOf(family: Family): Accessors | undefined {
  if (family.key.startsWith('float16')) tabulate()
  return ACCESSORS[family.key]
}
