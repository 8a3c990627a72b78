import { faults } from '../../native/native.js'
import type { Store } from '../store.js'

/**
 * What the getters and setters of this folder need of an array. Everything is a small integer in a field of its own, so
 * that the compiler can keep it in a register through a loop.
 */
export interface Access {
  readonly store: Store
  /** The last valid index of each of the first three axes; all -1 where positions exceed 2^31. */
  readonly last0: number
  readonly last1: number
  readonly last2: number
  /** The position of the first element, in what the lens counts: elements, or bytes for `view`. */
  readonly first: number
  /** From one index to the next on each axis, counted likewise. */
  readonly step0: number
  readonly step1: number
  readonly step2: number
  /** 0 if stores are allowed, else -1. */
  readonly writeableMask: number
  /** The slow ways: any rank, negative indices, any value, and the error that fits. */
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
 * `gate[n]` is undefined unless `n` is 0: a condition that the compiler takes for a bounds check, not for a branch. Over a
 * buffer of its own, which is never moved, so that its length and address are constants to the compiler; and not a Uint8Array,
 * of which Node has a class of its own (Buffer), so that the compiler would look which it is.
 */
export const gate = new Int8Array(new ArrayBuffer(1))

/**
 * Whether V8 reads every field that ever changed anew in each turn of a loop, as that of Node 20 does: there, what a field is
 * first given has to be what it keeps.
 */
export const rereads = Number.parseInt(process.versions.v8, 10) < 12

/** The count of open mappings with a fault, never negative; `gate[openFaults[0]]` is undefined unless it is 0. */
export const openFaults = new Uint32Array(faults.buffer) as unknown as { readonly 0: number }
