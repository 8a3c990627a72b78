import { faults } from '../../native/native.js'
import type { Store } from '../store.js'

/**
 * The fields of an array that the getters and setters of this folder need. Each is a small integer in its own field, so that V8
 * can keep it in a register through a loop.
 */
export interface Access {
  readonly store: Store
  /** The last valid index of each of the first three axes; all -1 where positions exceed 2^31. */
  readonly last0: number
  readonly last1: number
  readonly last2: number
  /** The position of the first element, in units of the view: elements, or bytes for `view`. */
  readonly first: number
  /** The stride of each axis, in the same unit. */
  readonly step0: number
  readonly step1: number
  readonly step2: number
  /** 0 if the array is writeable, else -1. */
  readonly writeableMask: number
  /** The slow path: any rank, negative indices, any value, and the errors. */
  getSlow(...indices: unknown[]): unknown
  setSlow(...indicesAndValue: unknown[]): void
}

/** The getters and setters of one kind of element, for arrays of one, two and three dimensions. */
export interface Accessors {
  get1(this: Access, i?: unknown, extra?: unknown): unknown
  get2(this: Access, i?: unknown, j?: unknown, extra?: unknown): unknown
  get3(this: Access, i?: unknown, j?: unknown, k?: unknown, extra?: unknown): unknown
  set1(this: Access, i?: unknown, value?: unknown, extra?: unknown): void
  set2(this: Access, i?: unknown, j?: unknown, value?: unknown, extra?: unknown): void
  set3(this: Access, i?: unknown, j?: unknown, k?: unknown, value?: unknown, extra?: unknown): void
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
