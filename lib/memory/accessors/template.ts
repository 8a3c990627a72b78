/**
 * Accessors of aligned `float32` elements in native order: the template from which `scripts/generate-accessors.mjs` generates the
 * accessors of every dtype.
 *
 * Each kind and rank has its own functions, because V8 specialises each load in the code for one kind of typed array. Their
 * shape brings a loop over `get(i, j)` close to a loop over the typed array itself:
 *
 * - The fast path has no branch. The sign of an integer combines the checks that each index is a whole number within its axis
 *   and that the array is open; a bounds check of {@link GATE} tests the sign. V8 can then hoist the loads of the array's fields
 *   out of a loop, which an exit would prevent.
 * - The last index has its own gate, so that V8 hoists the other gate, which is invariant, out of a loop over the last index.
 *   The first gate also reads the last step, with either sign, so that V8 loads it as an integer before the loop. Otherwise the
 *   index 0 of the first iteration would not need the step, and V8 would reload it in every iteration.
 * - The first gate checks that the array is open. In Node 20, whose V8 reloads fields that can change in every iteration anyway,
 *   the last gate does, so that the first gate stays invariant and V8 hoists it.
 * - The view is only read at valid positions, so that it always returns a number. After one `undefined`, V8 would have to check
 *   all later reads of this kind for it.
 * - A store reads the old element first, because a store to memory that was moved away has no effect; V8 turns the test into the
 *   bounds check that the store needs anyway.
 * - After the element, {@link FAULTS} shows a fault of a page behind any open mapping.
 * @module
 */
import { gate, openFaults, rereads } from './access.js'
import type { Access } from './access.js'

// Constants of this module, because V8 looks up imports at each use.
const GATE = gate
const FAULTS = openFaults
const FIRST = rereads ? 0 : -1
const LAST = ~FIRST

export function get1(this: Access, i?: unknown, extra?: unknown): unknown {
  const a = typeof i === 'number' && (i | 0) === i && extra === undefined ? i : -1
  const step = this.step0
  const open = this.store.openMask
  if (
    GATE[((open & FIRST) | (step ^ (step >> 31))) >>> 31] === undefined ||
    GATE[(a | (this.last0 - a) | (open & LAST)) >>> 31] === undefined
  ) {
    return this.getSlow(i, extra)
  }
  const element = this.store.f32[(this.first + Math.imul(a, step)) | 0]
  if (element === undefined || GATE[FAULTS[0]] === undefined) return this.getSlow(i)
  return element
}

export function get2(this: Access, i?: unknown, j?: unknown, extra?: unknown): unknown {
  const a = typeof i === 'number' && (i | 0) === i ? i : -1
  const b = typeof j === 'number' && (j | 0) === j && extra === undefined ? j : -1
  const step = this.step1
  const open = this.store.openMask
  if (
    GATE[(a | (this.last0 - a) | (open & FIRST) | (step ^ (step >> 31))) >>> 31] === undefined ||
    GATE[(b | (this.last1 - b) | (open & LAST)) >>> 31] === undefined
  ) {
    return this.getSlow(i, j, extra)
  }
  const element = this.store.f32[(this.first + Math.imul(a, this.step0) + Math.imul(b, step)) | 0]
  if (element === undefined || GATE[FAULTS[0]] === undefined) return this.getSlow(i, j)
  return element
}

export function get3(this: Access, i?: unknown, j?: unknown, k?: unknown, extra?: unknown): unknown {
  const a = typeof i === 'number' && (i | 0) === i ? i : -1
  const b = typeof j === 'number' && (j | 0) === j ? j : -1
  const c = typeof k === 'number' && (k | 0) === k && extra === undefined ? k : -1
  const step = this.step2
  const open = this.store.openMask
  const within = a | b | (this.last0 - a) | (this.last1 - b)
  if (
    GATE[(within | (open & FIRST) | (step ^ (step >> 31))) >>> 31] === undefined ||
    GATE[(c | (this.last2 - c) | (open & LAST)) >>> 31] === undefined
  ) {
    return this.getSlow(i, j, k, extra)
  }
  const at = (this.first + Math.imul(a, this.step0) + Math.imul(b, this.step1) + Math.imul(c, step)) | 0
  const element = this.store.f32[at]
  if (element === undefined || GATE[FAULTS[0]] === undefined) return this.getSlow(i, j, k)
  return element
}

export function set1(this: Access, i?: unknown, value?: unknown, extra?: unknown): void {
  const a = typeof i === 'number' && (i | 0) === i && extra === undefined ? i : -1
  const fits = typeof value === 'number' ? 0 : -1
  const step = this.step0
  const open = this.store.openMask
  if (
    GATE[((open & FIRST) | this.writeableMask | (step ^ (step >> 31))) >>> 31] === undefined ||
    GATE[(a | (this.last0 - a) | fits | (open & LAST)) >>> 31] === undefined
  ) {
    this.setSlow(i, value, extra)
  } else {
    const at = (this.first + Math.imul(a, step)) | 0
    if (this.store.f32[at] === undefined) return this.setSlow(i, value)
    this.store.f32[at] = value as number
    if (GATE[FAULTS[0]] === undefined) this.store.checkFault()
  }
}

export function set2(this: Access, i?: unknown, j?: unknown, value?: unknown, extra?: unknown): void {
  const a = typeof i === 'number' && (i | 0) === i ? i : -1
  const b = typeof j === 'number' && (j | 0) === j && extra === undefined ? j : -1
  const fits = typeof value === 'number' ? 0 : -1
  const step = this.step1
  const open = this.store.openMask
  if (
    GATE[(a | (this.last0 - a) | (open & FIRST) | this.writeableMask | (step ^ (step >> 31))) >>> 31] === undefined ||
    GATE[(b | (this.last1 - b) | fits | (open & LAST)) >>> 31] === undefined
  ) {
    this.setSlow(i, j, value, extra)
  } else {
    const at = (this.first + Math.imul(a, this.step0) + Math.imul(b, step)) | 0
    if (this.store.f32[at] === undefined) return this.setSlow(i, j, value)
    this.store.f32[at] = value as number
    if (GATE[FAULTS[0]] === undefined) this.store.checkFault()
  }
}

export function set3(this: Access, i?: unknown, j?: unknown, k?: unknown, value?: unknown, extra?: unknown): void {
  const a = typeof i === 'number' && (i | 0) === i ? i : -1
  const b = typeof j === 'number' && (j | 0) === j ? j : -1
  const c = typeof k === 'number' && (k | 0) === k && extra === undefined ? k : -1
  const fits = typeof value === 'number' ? 0 : -1
  const step = this.step2
  const open = this.store.openMask
  const within = a | b | (this.last0 - a) | (this.last1 - b)
  if (
    GATE[(within | (open & FIRST) | this.writeableMask | (step ^ (step >> 31))) >>> 31] === undefined ||
    GATE[(c | (this.last2 - c) | fits | (open & LAST)) >>> 31] === undefined
  ) {
    this.setSlow(i, j, k, value, extra)
  } else {
    const at = (this.first + Math.imul(a, this.step0) + Math.imul(b, this.step1) + Math.imul(c, step)) | 0
    if (this.store.f32[at] === undefined) return this.setSlow(i, j, k, value)
    this.store.f32[at] = value as number
    if (GATE[FAULTS[0]] === undefined) this.store.checkFault()
  }
}
