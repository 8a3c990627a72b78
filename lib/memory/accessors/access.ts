import type { DType } from '../../dtype/index.js'
import { faults } from '../../native/native.js'
import type { Store, ViewName } from '../store.js'

/**
 * A kind of accessor: the view that it reads, and the unit of positions and steps in it. Arrays with the same kind of accessor
 * share a class for each rank, so that V8 sees one type of element in each class.
 */
export interface AccessorKind {
  /** A number of its own, from 0 on. */
  readonly id: number
  /** The key of the accessors; empty for elements that have none and take the slow path (text, complex, records, ...). */
  readonly key: string
  readonly view: ViewName
  /** Bytes of one unit of a position. */
  readonly unit: number
}

/** The state of an array, as properties of its prototype. */
export interface Fields {
  /** The memory. Closing a view replaces it by a closed store. */
  readonly store: Store
  readonly accessorKind: AccessorKind
  readonly dtype: DType
  /** The length of each axis. */
  readonly shape: readonly number[]
  /** The step from one entry to the next on each axis, in bytes. */
  readonly byteStrides: readonly number[]
  /** The position of the first element, in bytes from the start of the store. */
  readonly position: number
  /** The array that this is a view of; null for no view. */
  readonly root: Fields | null
  readonly isWriteable: boolean
  /** What an operation that is called again uses again; see `plan.ts`. */
  lastPlan: unknown
  /** Replaces the memory, for closing a view while its base stays open. */
  moveTo(store: Store): void
  /** Takes over the state of another array. */
  become(other: Fields): void
}

/** An iteration over the elements of an array with one axis, whose positions fit 32 bits. */
export interface Walk<State> {
  readonly array: State
  readonly length: number
  at: number
}

/** The getters and setters of one kind of element, for arrays of one, two and three dimensions. */
export interface Accessors<State> {
  next1(this: Walk<State>): IteratorResult<unknown>
  /**
   * Lists the elements on the last axis, at these indices of the axes before; null where the elements take the slow path, there are
   * none, or too many for a preallocated list.
   */
  row(this: State, i: number, j: number): unknown[] | null
  get1(this: State, i?: unknown, extra?: unknown): unknown
  get2(this: State, i?: unknown, j?: unknown, extra?: unknown): unknown
  get3(this: State, i?: unknown, j?: unknown, k?: unknown, extra?: unknown): unknown
  set1(this: State, i?: unknown, value?: unknown, extra?: unknown): void
  set2(this: State, i?: unknown, j?: unknown, value?: unknown, extra?: unknown): void
  set3(this: State, i?: unknown, j?: unknown, k?: unknown, value?: unknown, extra?: unknown): void
}

/**
 * `gate[n]` is undefined unless `n` is 0: a condition that V8 compiles to a bounds check, not to a branch. It has its own
 * ArrayBuffer, which never moves, so that its length and address are constants to V8. It is no Uint8Array, because Node has a
 * subclass of that (Buffer) and V8 would check which of both it is.
 */
export const gate = new Int8Array(new ArrayBuffer(1))

/**
 * True for a V8 that reloads every field that ever changed in each iteration of a loop, as that of Node 20: there, a field must
 * keep its first value.
 */
export const rereads = Number.parseInt(process.versions.v8, 10) < 12

/** The count of open mappings with a fault, never negative; `gate[openFaults[0]]` is undefined unless it is 0. */
export const openFaults = new Uint32Array(faults.buffer) as unknown as { readonly 0: number }
