import type { DType } from './dtype/index.js'
import { accessorsOf, familyOf } from './family.js'
import type { Family } from './family.js'
import type { NDArray } from './ndarray.js'
import { isAligned } from './place.js'
import type { Place } from './place.js'
import type { Store } from './store.js'

/** The constructor of arrays, the same for NDArray and Memmap. */
type ArrayClass = new (...parts: ConstructorParameters<typeof NDArray>) => NDArray

/** The classes of a constructor, by family and rank; made when they are first needed. */
const species = new WeakMap<ArrayClass, Map<Family, ArrayClass[]>>()

/**
 * Makes an array. Each family and rank has a class of its own, which differs in `get` and `set` only; to the user they are
 * all `general`.
 */
export function makeArray(
  general: ArrayClass,
  store: Store,
  dtype: DType,
  place: Place,
  root: NDArray | null,
  writeable: boolean,
): NDArray {
  const family = familyOf(dtype, isAligned(dtype.itemsize, place))
  const special = classOf(general, family, place.shape.length)
  return new special(family, store, dtype, place.shape, place.byteStrides, place.position, root, writeable)
}

/** A view of an array: other elements of the same store, of this or another dtype. */
export function viewOf(of: NDArray, place: Place, dtype: DType = of.dtype, writeable = of.lock === 0): NDArray {
  of.store.checkOpen()
  // The class that the user sees: NDArray or Memmap.
  const general = of.constructor as ArrayClass
  return makeArray(general, of.store, dtype, place, of.root ?? of, writeable)
}

/** A view, as the array that owns its memory: for results that nobody else sees. */
export function asOwner({ constructor, store, dtype, shape, byteStrides, position }: NDArray): NDArray {
  return makeArray(constructor as ArrayClass, store, dtype, { shape, byteStrides, position }, null, true)
}

/** A function that makes views of the entries of axis 0, all of one class, without checking anything. */
export function rowMaker(of: NDArray): (index: number) => NDArray {
  const { store, dtype, position, root, family } = of
  const shape = of.shape.slice(1)
  const byteStrides = of.byteStrides.slice(1)
  const stride = of.byteStrides[0] as number
  // Where elements are not all aligned, those of a row may be, and are read as the others.
  const special = classOf(of.constructor as ArrayClass, family, shape.length)
  return (index) => {
    store.checkOpen()
    return new special(family, store, dtype, shape, byteStrides, position + index * stride, root ?? of, of.lock === 0)
  }
}

function classOf(general: ArrayClass, family: Family, ndim: number): ArrayClass {
  let families = species.get(general)
  if (families === undefined) species.set(general, (families = new Map()))
  let ranks = families.get(family)
  if (ranks === undefined) families.set(family, (ranks = []))
  const rank = ndim > 3 ? 0 : ndim
  return (ranks[rank] ??= specialise(general, family, rank))
}

function specialise(general: ArrayClass, family: Family, rank: number): ArrayClass {
  const special = class extends general {}
  const accessors = accessorsOf(family)
  const own: PropertyDescriptorMap = { constructor: { value: general, configurable: true, writable: true } }
  if (accessors !== undefined && rank > 0) {
    const { get1, get2, get3, set1, set2, set3 } = accessors
    own['get'] = { value: [get1, get2, get3][rank - 1], configurable: true, writable: true }
    own['set'] = { value: [set1, set2, set3][rank - 1], configurable: true, writable: true }
  }
  Object.defineProperties(special.prototype, own)
  return special
}
