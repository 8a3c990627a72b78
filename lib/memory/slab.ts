/**
 * Memory for small results. An ArrayBuffer of its own costs more than most work on a small array, so that results share slabs, each
 * in a part that no other one gets. Slabs are filled once and then left to garbage collection, so that no result shows old bytes of
 * another; they are zero, and at most 16 times as large as what they hold, so that one result keeps little.
 * @module
 */
import { Store } from './store.js'

/** The most bytes of a result in a slab. */
export const LARGEST_PART = 8192

/** The bytes of a slab, by the most bytes of its parts. */
const SLABS = [128, 1024, LARGEST_PART].map((largest) => ({
  largest,
  bytes: 16 * largest,
  slab: new ArrayBuffer(0),
  used: 0,
}))

/** Parts start at a multiple of the largest alignment of an element, and of the registers of most processors. */
const ALIGNMENT = 16

/** Creates a store of zeros in a slab; at most {@link LARGEST_PART} bytes. */
export function carve(length: number): Store {
  const size = (length + ALIGNMENT - 1) & -ALIGNMENT
  const pool = (size <= 128 ? SLABS[0] : size <= 1024 ? SLABS[1] : SLABS[2]) as (typeof SLABS)[number]
  if (pool.used + size > pool.slab.byteLength) {
    pool.slab = new ArrayBuffer(pool.bytes)
    pool.used = 0
  }
  const base = pool.used
  pool.used = base + size
  return Store.ofSlab(pool.slab, base, length)
}
