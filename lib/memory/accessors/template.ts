/**
 * Elements of `float32` in native order, aligned: the template from which `scripts/generate-accessors.mjs` generates the accessors
 * of every dtype.
 *
 * Each kind and rank has functions of its own, because the compiler learns one kind of typed array for each place in the
 * code. They are written so that a loop over `get(i, j)` comes close to one over the typed array itself:
 *
 * - No branch leaves on the usual way. Whether each index is a whole number within its axis and the array open is
 *   gathered in the sign of an integer; a bounds check of {@link GATE} tests it. V8 can then take the loads of the
 *   array's fields out of a loop, which one exit would prevent.
 * - The last index has a gate of its own, so that a loop over it leaves the other one, in which nothing changes, outside.
 *   That one looks at the last step too, whatever its sign, so that it is there as an integer before the loop begins:
 *   with the index 0, which a loop begins with, V8 would not need it yet, and fetch it again in every turn.
 * - Whether the array is open is asked by the first gate, unless V8 reads what can change anew in every turn anyway, as that
 *   of Node 20 does: then by the last one, so that nothing in the first changes and V8 keeps it before the loop.
 * - The view is only read at valid positions, so that it always returns a number. Once it had returned `undefined`, all later
 *   reads of this kind would have to expect it.
 * - After the element, {@link FAULTS} tells whether a page behind any open mapping could not be had.
 * @module
 */
import { gate, openFaults, rereads } from './access.js'
import type { Access } from './access.js'

// Constants of this module: what is imported is looked up at each use.
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
    this.store.f32[(this.first + Math.imul(a, step)) | 0] = value as number
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
    this.store.f32[(this.first + Math.imul(a, this.step0) + Math.imul(b, step)) | 0] = value as number
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
    this.store.f32[at] = value as number
    if (GATE[FAULTS[0]] === undefined) this.store.checkFault()
  }
}
