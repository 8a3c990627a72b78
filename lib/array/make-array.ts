import type { DType } from '../dtype/index.js'
import { isAligned } from '../layout/layout.js'
import type { Layout } from '../layout/layout.js'
import { accessorKindOf, accessorsOf } from '../memory/accessor-kind.js'
import type { AccessorKind } from '../memory/accessor-kind.js'
import { Core } from '../memory/accessors/generated.js'
import type { Store } from '../memory/store.js'
import { coreOf, createArray } from './array-base.js'
import type { ArrayBase } from './array-base.js'

/** A class of arrays, to whose instances {@link createArray} gives their state. */
type ArrayClass = new () => ArrayBase

/** The public classes of arrays in memory and in a file. They import this module, and therefore register here. */
let inMemory: ArrayClass
let inFile: ArrayClass

/** Registers the public classes of arrays; the module that defines them calls it once. */
export function registerArrayClasses(classes: { readonly inMemory: ArrayClass; readonly inFile: ArrayClass }): void {
  inMemory = classes.inMemory
  inFile = classes.inFile
}

/** The subclasses for each kind of accessor and rank, created on first use: those of arrays in memory, and those of files. */
const SUBCLASSES: readonly [ArrayClass[], ArrayClass[]] = [[], []]

/** The most axes for which accessors exist. */
const MOST_AXES = 3

/**
 * Creates an array: a Memmap if the store is a mapping, else an NDArray. Each kind of accessor and rank has its own subclass,
 * which differs in `get` and `set` only; its `constructor` is the public class.
 */
export function makeArray(
  store: Store,
  dtype: DType,
  layout: Layout,
  root: ArrayBase | null,
  writeable: boolean,
): ArrayBase {
  const kind = accessorKindOf(dtype, isAligned(dtype.itemsize, layout))
  const { shape, byteStrides, position } = layout
  store.ensureView(kind.view)
  return createArray(
    subclassOf(store, kind, shape.length),
    new Core(kind, store, dtype, shape, byteStrides, position, root, writeable),
  )
}

/** Creates a view of an array: another layout in the same store, with this or another dtype. */
export function viewOf(of: ArrayBase, layout: Layout, dtype?: DType, writeable?: boolean): ArrayBase {
  const core = coreOf(of)
  const { store, root } = core
  store.checkOpen()
  return makeArray(
    store,
    dtype ?? core.dtype,
    layout,
    (root as ArrayBase | null) ?? of,
    writeable ?? core.writeableMask === 0,
  )
}

/**
 * The array with the shape that it has now: a view of one that a file may give more rows, which all that is read later is read from; others
 * keep their shape.
 * @throws MemmapError `ERR_MEMMAP_CLOSED`
 */
export function heldArray(array: ArrayBase): ArrayBase {
  const core = coreOf(array)
  return core.store.mapping !== null && core.root === null ? viewOf(array, core) : array
}

/** Converts a view to an array that owns its memory, for results that no other array shares. */
export function asOwner({ store, dtype, shape, byteStrides, position }: ArrayBase): ArrayBase {
  return makeArray(store, dtype, { shape, byteStrides, position }, null, true)
}

/** Returns a function that creates views of the entries of axis 0, all of one class. It does not check the index. */
export function rowMaker(of: ArrayBase): (index: number) => ArrayBase {
  const { store, dtype, position, root, accessorKind } = of
  const shape = of.shape.slice(1)
  const byteStrides = of.byteStrides.slice(1)
  const stride = of.byteStrides[0] as number
  const writeable = of.isWriteable
  // The rows of an unaligned array may be aligned; all have the accessors of the array, so that they share a class.
  const subclass = subclassOf(store, accessorKind, shape.length)
  return (index) => {
    store.checkOpen()
    const at = position + index * stride
    return createArray(subclass, new Core(accessorKind, store, dtype, shape, byteStrides, at, root ?? of, writeable))
  }
}

function subclassOf({ origin }: Store, kind: AccessorKind, ndim: number): ArrayClass {
  const rank = ndim > MOST_AXES ? 0 : ndim
  const index = kind.id * (MOST_AXES + 1) + rank
  return origin === null
    ? (SUBCLASSES[0][index] ??= specialize(inMemory, kind, rank))
    : (SUBCLASSES[1][index] ??= specialize(inFile, kind, rank))
}

function specialize(general: ArrayClass, kind: AccessorKind, rank: number): ArrayClass {
  const subclass = class extends general {}
  const accessors = accessorsOf(kind)
  const properties: PropertyDescriptorMap = { constructor: { value: general, configurable: true, writable: true } }
  if (accessors !== undefined && rank > 0) {
    const { get1, get2, get3, set1, set2, set3 } = accessors
    properties['get'] = { value: [get1, get2, get3][rank - 1], configurable: true, writable: true }
    properties['set'] = { value: [set1, set2, set3][rank - 1], configurable: true, writable: true }
  }
  Object.defineProperties(subclass.prototype, properties)
  return subclass
}
