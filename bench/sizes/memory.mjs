/**
 * Times what the memory of a result costs, whatever the operation: storing to the same memory again and again, as NumPy does, which gets
 * the memory of a result back at once; to memory that was used before but is not in the processor's cache; to a new ArrayBuffer; and to the
 * memory of a `copy()`, which is collected sooner than V8 would.
 */
import { array } from '../../dist/index.js'
import { statistics, timed } from '../clock.mjs'

const SIZES = [2 ** 12, 2 ** 14, 2 ** 16, 2 ** 18, 2 ** 20]

/** Bytes that are stored to in turn: more than the second cache of a core. */
const AROUND = 2 ** 25

/** Rows of `{ bytes, same, around, fresh, copied }`: statistics in seconds. */
export function measureMemory({ rounds }) {
  return SIZES.map((bytes) => {
    const source = new Uint8Array(bytes).fill(1)
    const memory = new Uint8Array(bytes)
    const ours = array(source)
    const many = Array.from({ length: AROUND / bytes }, () => new Uint8Array(bytes).fill(1))
    let next = 0
    const store = {
      same: () => memory.set(source),
      around: () => many[(next = (next + 1) % many.length)].set(source),
      fresh: () => Buffer.allocUnsafeSlow(bytes).set(source),
      copied: () => ours.copy(),
    }
    const times = Math.ceil(2 ** 25 / bytes)
    const measured = Object.entries(store).map(([name, work]) => {
      const repeat = () => {
        for (let i = 0; i < times; i++) work()
      }
      repeat()
      return [name, statistics(Array.from({ length: rounds }, () => timed(repeat, times).seconds))]
    })
    return { bytes, ...Object.fromEntries(measured) }
  })
}
