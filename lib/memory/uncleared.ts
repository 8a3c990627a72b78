/**
 * Buffers that are about to be written, and the collection of those that nobody has any more. V8 frees the buffers of results at its next
 * collection, for which it waits until they fill 32 to 128 MiB: then each result lies in memory that is in no cache of the processor, and
 * that the C library has given back to the system meanwhile. So the collection of young objects, which takes a tenth of a millisecond, is
 * brought about sooner.
 * @module
 */
import { Buffer } from 'node:buffer'
import { performance } from 'node:perf_hooks'
import { native } from '../native/native.js'

/** Bytes of results after which young objects are collected: a few times the second cache of a core. */
const FEW = 2 ** 23

/**
 * Milliseconds that a collection may take in the mean. It takes longer where many young objects live, and where the threads of V8 wait
 * for a core; then V8 collects by itself until results fill so many bytes.
 */
const LONG = 1
const WITHOUT = 2 ** 28

/** Bytes of each of the buffers that are created to be counted only, and how many there are at most. Nobody touches their memory. */
const COUNTED = 2 ** 24
const MOST_COUNTED = 12

/** V8 takes the memory of a resizable buffer from the system, so that nobody clears it. */
const Resizable = ArrayBuffer as new (length: number, options?: { maxByteLength: number }) => ArrayBuffer

/** A buffer that stays, so that as many bytes can be taken off V8's count. Nobody touches its memory either. */
let kept: ArrayBuffer | null = null

/**
 * The bytes of a buffer after whose release the C library keeps as much memory, and does not give it back and get it again for each
 * result: glibc keeps twice what was released last, up to 32 MiB.
 */
const RELEASED = 31 * 2 ** 20

/** True for Node: other runtimes collect young objects for other reasons. */
const IS_NODE = !('bun' in process.versions) && !('deno' in process.versions)

/** Bytes of results since the last collection. */
let bytes = 0
let most = IS_NODE ? FEW : Infinity

/** The mean time of the last collections, in milliseconds. */
let took = 0

/** The most bytes that V8 counted since the C library gave memory back, and by how many they shrink before it does so again. */
let highest = 0
const SHRUNK = 2 ** 27

/** Creates a buffer that holds what its memory held before. */
export function unclearedBuffer(length: number): ArrayBuffer {
  if ((bytes += length) >= most) collectYoung()
  return create(length)
}

function collectYoung(): void {
  const before = Math.min(bytes, FEW)
  const isLate = bytes >= WITHOUT
  bytes = 0
  most = FEW
  const start = performance.now()
  let givesBack = false
  try {
    if (kept === null) {
      native.collectYoung(Resizable, {}, RELEASED, 1, 0)
      kept = new Resizable(FEW, { maxByteLength: FEW })
    }
    const counted = native.collectYoung(Resizable, { maxByteLength: COUNTED }, COUNTED, MOST_COUNTED, before)
    // After a while without collections, what V8 counts in the middle of its own says little.
    givesBack = isLate || highest - counted >= SHRUNK
    highest = givesBack ? counted : Math.max(highest, counted)
  } catch {
    // Too little address space.
    most = Infinity
  }
  // A collection that waited for a core says little.
  took += (Math.min(performance.now() - start, 2 * LONG) - took) / 8
  if (givesBack) native.trimMemory()
  if (took <= LONG) return
  took = 0
  most = Math.max(most, WITHOUT)
}

function create(length: number): ArrayBuffer {
  const { buffer, byteLength } = Buffer.allocUnsafeSlow(length)
  // Another runtime may take it from a pool.
  return buffer.byteLength === byteLength ? (buffer as ArrayBuffer) : new ArrayBuffer(length)
}
