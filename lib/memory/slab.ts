/**
 * Memory for results. An ArrayBuffer of its own costs more than most work on a small array, so that small results share slabs, each in a
 * part that no other one gets. Slabs are filled once and then left to garbage collection; they are at most 15 times as large as what
 * they hold, so that one result keeps little, and small enough for the heap of the C library, which has memory without page faults.
 *
 * Memory that is about to be written is not cleared: it may hold what the process had there before, which no array shows, because its
 * elements are all written before a caller gets it.
 * @module
 */
import { Store } from './store.js'
import { unclearedBuffer } from './uncleared.js'

/** The most bytes of a result in a slab. */
export const LARGEST_PART = 8192

/** The slabs that are being filled, by the most bytes of their parts. */
const SLABS = [128, 1024, LARGEST_PART].map((largest) => ({
  largest,
  bytes: 15 * largest,
  slab: new ArrayBuffer(0),
  /** All of the slab. */
  words: new Float64Array(0),
  used: 0,
}))

/** Parts start at a multiple of the largest alignment of an element, and of the registers of most processors. */
const ALIGNMENT = 16

/** Creates a store in a slab, of at most {@link LARGEST_PART} bytes: of zeros, or else with what was there before. */
export function carve(length: number, zeros: boolean): Store {
  const size = (length + ALIGNMENT - 1) & -ALIGNMENT
  const pool = (size <= 128 ? SLABS[0] : size <= 1024 ? SLABS[1] : SLABS[2]) as (typeof SLABS)[number]
  if (pool.used + size > pool.slab.byteLength) {
    pool.slab = unclearedBuffer(pool.bytes)
    pool.words = new Float64Array(pool.slab)
    pool.used = 0
  }
  const base = pool.used
  pool.used = base + size
  if (zeros) pool.words.fill(0, base / 8, (base + size) / 8)
  return Store.ofSlab(pool.slab, base, length)
}
