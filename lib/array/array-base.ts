import { DType } from '../dtype/index.js'
import { MemmapError } from '../errors/memmap-error.js'
import { sizeOf } from '../layout/shape.js'
import type { AccessorKind } from '../memory/accessor-kind.js'
import { elementAt, storeAt } from '../memory/element.js'
import type { Store } from '../memory/store.js'

/**
 * An array without operations: what it is made of, and its single elements. Operations are functions that take one; `NDArray` adds
 * them as methods.
 */
export class ArrayBase {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly byteStrides: readonly number[]
  /** @internal The memory; that of a closed view is replaced by a closed store. */
  store: Store
  /** @internal The position of the first element, in bytes from the start of the store. */
  readonly position: number
  /** @internal The array that this is a view of; null where it is none. */
  readonly root: ArrayBase | null
  /** @internal */
  readonly accessorKind: AccessorKind

  // What the accessors need; see `Access`. Each is stored to once: V8 reads a field that never changed once for a whole loop, and
  // in Node 20 it does so for no other.
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
  /** @internal The layout as native code takes it, made when it is first needed; see `operand.ts`. */
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

  /** @internal The element, for any rank and any index; or the error. */
  getSlow(...indices: unknown[]): unknown {
    return elementAt(this, indices)
  }

  /** @internal Stores an element, for any rank, any index and any value; or throws the error. */
  setSlow(...indicesAndValue: unknown[]): void {
    storeAt(this, indicesAndValue)
  }
}

/** Whether a value is an array of this library. */
export function isArray(value: unknown): value is ArrayBase {
  return value instanceof ArrayBase
}

/** One past the highest position that an index leads to. */
function end(shape: readonly number[], byteStrides: readonly number[], position: number): number {
  let highest = position
  for (let axis = 0; axis < shape.length; axis++)
    highest += Math.max(0, ((shape[axis] as number) - 1) * (byteStrides[axis] as number))
  return highest
}
