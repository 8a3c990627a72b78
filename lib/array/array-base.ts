import { markOwn } from '../errors/brands.js'
import { sizeOf } from '../layout/shape.js'
import type { Fields } from '../memory/accessors/access.js'
import { ArrayState } from '../memory/accessors/generated.js'
import type { Core } from '../memory/accessors/generated.js'
import { elementAt, storeAt } from '../memory/element.js'

/** The class of the state. To the compiler its accessors are properties, because subclasses narrow their types. */
const State = ArrayState as unknown as abstract new () => PublicFields
type PublicFields = Pick<Fields, 'dtype' | 'shape' | 'byteStrides'>

/**
 * An array without operations: its state, and access to single elements. Operations are functions that take one; `NDArray` adds
 * them as methods.
 */
export class ArrayBase extends State {
  /** @internal */
  declare readonly store: Fields['store']
  /** @internal */
  declare readonly accessorKind: Fields['accessorKind']
  /** @internal */
  declare readonly position: Fields['position']
  /** @internal */
  declare readonly root: ArrayBase | null
  /** @internal */
  declare readonly isWriteable: Fields['isWriteable']
  /** @internal */
  declare lastPlan: unknown
  /** @internal */
  declare moveTo: Fields['moveTo']
  /** @internal */
  declare become: Fields['become']
  /** @internal The only property that walkers of objects see. */
  declare readonly elements: object

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

/** The state of an array, in one step: operations on small arrays, which read several fields, take it. */
export const coreOf = ArrayState.coreOf as unknown as (array: ArrayBase) => Core

/** Creates an array of a class, with this state. */
export const createArray = ArrayState.create as unknown as (of: new () => ArrayBase, core: Core) => ArrayBase

markOwn(ArrayBase.prototype)

/** Returns true for an array, and false for an object that only has the prototype of one. */
export function hasState(value: object): boolean {
  return ArrayState.isStateOf(value)
}

/** Returns true if a value is an array of this library. */
export function isArray(value: unknown): value is ArrayBase {
  return value instanceof ArrayBase
}
