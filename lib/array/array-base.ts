import type { DType } from '../dtype/index.js'
import { markOwn } from '../errors/brands.js'
import { MemmapError } from '../errors/memmap-error.js'
import { sizeOf } from '../layout/shape.js'
import type { AccessorKind } from '../memory/accessor-kind.js'
import { elementAt, storeAt } from '../memory/element.js'
import type { Store } from '../memory/store.js'

/**
 * An array without operations: its fields, and access to single elements. Operations are functions that take one; `NDArray` adds
 * them as methods.
 */
export class ArrayBase {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly byteStrides: readonly number[]
  /** @internal The memory. Closing a view replaces it by a closed store. */
  store: Store
  /** @internal The position of the first element, in bytes from the start of the store. */
  readonly position: number
  /** @internal The array that this is a view of; null for no view. */
  readonly root: ArrayBase | null
  /** @internal */
  readonly accessorKind: AccessorKind

  // The fields of the accessors; see `Access`. Each is assigned once, because V8 hoists the load of a field that never changed out
  // of a loop, and in Node 20 no other.
  /** @internal */
  readonly last0: number
  /** @internal */
  readonly last1: number
  /** @internal */
  readonly last2: number
  /** @internal */
  readonly first: number
  /** @internal */
  readonly step0: number
  /** @internal */
  readonly step1: number
  /** @internal */
  readonly step2: number
  /** @internal */
  readonly writeableMask: number
  /** @internal The layout for native code, created on first use; see `operand.ts`. */
  kernelLayout: Float64Array | null = null

  /** @internal */
  constructor(
    accessorKind: AccessorKind,
    store: Store,
    dtype: DType,
    shape: readonly number[],
    byteStrides: readonly number[],
    position: number,
    root: ArrayBase | null,
    writeable: boolean,
  ) {
    if (typeof position !== 'number') {
      throw new MemmapError(
        'ERR_MEMMAP_ARGUMENT',
        'invalid call of new: NDArray and Memmap are not constructible; use array(), zeros() or memmap()',
      )
    }
    this.dtype = dtype
    this.shape = shape
    this.byteStrides = byteStrides
    this.store = store
    this.position = position
    this.root = root
    this.accessorKind = accessorKind
    this.writeableMask = writeable ? 0 : -1
    const { unit } = accessorKind
    const ndim = shape.length
    // Positions of 32 bits for the accessors; where they do not fit, elements take the slow path.
    this.first = (position / unit) | 0
    const fitsInt32 =
      ndim <= 3 && (store.length <= 2 ** 31 * unit || end(shape, byteStrides, position) < 2 ** 31 * unit) ? ndim : 0
    this.last0 = fitsInt32 > 0 ? ((shape[0] as number) - 1) | 0 : -1
    this.last1 = fitsInt32 > 1 ? ((shape[1] as number) - 1) | 0 : -1
    this.last2 = fitsInt32 > 2 ? ((shape[2] as number) - 1) | 0 : -1
    this.step0 = fitsInt32 > 0 ? ((byteStrides[0] as number) / unit) | 0 : 0
    this.step1 = fitsInt32 > 1 ? ((byteStrides[1] as number) / unit) | 0 : 0
    this.step2 = fitsInt32 > 2 ? ((byteStrides[2] as number) / unit) | 0 : 0
    store.ensureView(accessorKind.view)
  }

  /** The number of axes. */
  get ndim(): number {
    return this.shape.length
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape)
  }

  /** Bytes of one element. */
  get itemsize(): number {
    return this.dtype.itemsize
  }

  /** Bytes of all elements. */
  get nbytes(): number {
    return this.size * this.dtype.itemsize
  }

  get(...indices: unknown[]): unknown {
    return this.getSlow(...indices)
  }

  set(...indicesAndValue: unknown[]): void {
    this.setSlow(...indicesAndValue)
  }

  /** @internal Reads an element, for any rank and any index; or throws the error. */
  getSlow(...indices: unknown[]): unknown {
    return elementAt(this, indices)
  }

  /** @internal Stores an element, for any rank, any index and any value; or throws the error. */
  setSlow(...indicesAndValue: unknown[]): void {
    storeAt(this, indicesAndValue)
  }
}

markOwn(ArrayBase.prototype)

/** Returns true if a value is an array of this library. */
export function isArray(value: unknown): value is ArrayBase {
  return value instanceof ArrayBase
}

/** The position of the element with the highest one. */
function end(shape: readonly number[], byteStrides: readonly number[], position: number): number {
  let highest = position
  for (let axis = 0; axis < shape.length; axis++)
    highest += Math.max(0, ((shape[axis] as number) - 1) * (byteStrides[axis] as number))
  return highest
}
