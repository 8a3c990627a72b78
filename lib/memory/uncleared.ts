/**
 * Buffers that are about to be written, and the collection of those that nobody has any more. V8 frees the buffers of results at its next
 * collection, for which it waits until they fill 32 MiB: then each result lies in memory that is in no cache of the processor, and that
 * the C library has given back to the system meanwhile. So the collection of young objects, which takes a tenth of a millisecond, is
 * brought about sooner.
 * @module
 */
import { Buffer } from 'node:buffer'
import { performance } from 'node:perf_hooks'
import { native } from '../native/native.js'

/** Bytes of results after which young objects are collected: a few times the second cache of a core. */
const FEW = 2 ** 23

/** Bytes of young buffers that make V8 collect when the next one is created. */
const MANY = 2 ** 25

/**
 * Milliseconds that a collection may take in the mean. It takes longer where many young objects live, and where the threads of V8 wait
 * for a core; then V8 collects by itself for the next gibibyte.
 */
const LONG = 0.5
const WITHOUT = 2 ** 30

/**
 * Bytes of each of two buffers that are created to be counted only: with {@link FEW} of results they are more than {@link MANY}. Nobody
 * touches their memory.
 */
const COUNTED = (MANY - FEW + 2 ** 20) / 2

/**
 * The bytes of a buffer after whose release the C library keeps as much memory, and does not give it back and get it again for each
 * result: glibc keeps twice what was released last, up to 32 MiB.
 */
const KEPT = MANY - 2 ** 20

/** True for a V8 that collects young objects because of the bytes of their buffers. Later ones collect all objects. */
const COUNTS_YOUNG = !('bun' in process.versions) && Number.parseInt(process.versions.v8, 10) < 13

/** Bytes of results since the last collection. */
let bytes = 0
let most = FEW
let isFirst = true

/** What collections took lately, in milliseconds. */
let took = 0

/** Creates a buffer that holds what its memory held before. */
export function unclearedBuffer(length: number): ArrayBuffer {
  if (COUNTS_YOUNG && (bytes += length) >= most) collectYoung()
  return create(length)
}

function collectYoung(): void {
  bytes = 0
  const start = performance.now()
  try {
    if (isFirst) native.detach(create(KEPT))
    isFirst = false
    const counted = [create(COUNTED), create(COUNTED)]
    create(1)
    // V8 takes them off its count now, and not at the next collection, when it would have to collect all objects.
    counted.forEach((buffer) => native.detach(buffer))
  } catch {
    // Too little address space: V8 collects by itself, and would collect all of the heap in vain for each such buffer.
    most = Infinity
    return
  }
  took += (performance.now() - start - took) / 8
  most = took > LONG ? WITHOUT : FEW
  if (took > LONG) took = 0
}

function create(length: number): ArrayBuffer {
  const { buffer, byteLength } = Buffer.allocUnsafeSlow(length)
  // Another runtime may take it from a pool.
  return buffer.byteLength === byteLength ? (buffer as ArrayBuffer) : new ArrayBuffer(length)
}
