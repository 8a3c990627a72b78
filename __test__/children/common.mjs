// Shared by the child processes of the tests: arguments and report as JSON, and measurements of the process.
import { readFileSync, readdirSync } from 'node:fs'
import { native } from '../../dist/native/native.js'

export * from '../../dist/index.js'
export { native }

/** The command that runs this Node; see `support/node.ts`. */
export const node = JSON.parse(process.env.MEMMAP_NODE ?? JSON.stringify([process.execPath]))

export const args = process.argv.slice(2).map((arg) => JSON.parse(arg))

export function report(value) {
  console.log(`REPORT ${JSON.stringify(value)}`)
}

/** Number of mappings of the process, of a file or in all. */
export function mappings(path = '') {
  return readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .filter((line) => line.includes(path)).length
}

/** MiB of addresses that the process uses. */
export function addresses() {
  return Math.round(Number(/^VmSize:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024)
}

/** The frequent kinds of mappings of the process, for the message of a failed test. */
export function kindsOfMappings() {
  const counts = new Map()
  for (const line of readFileSync('/proc/self/maps', 'utf8').trimEnd().split('\n')) {
    const [range, permissions, , , , path] = line.split(/\s+/)
    const [start, end] = range.split('-').map((address) => Number.parseInt(address, 16))
    const kind = `${permissions} ${path || `${(end - start) / 1024} KiB`}`
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return [...counts].filter(([, count]) => count >= 10).map(([kind, count]) => `${count} x ${kind}`)
}

export function descriptors() {
  return readdirSync('/proc/self/fd').length
}

/** Waits for a turn of the event loop. */
export function turn(milliseconds = 0) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/**
 * Collects garbage and lets finalizers run. They run as immediates, and under load two timers may be due in one turn of the loop
 * without an immediate between them.
 */
export async function collect() {
  globalThis.gc()
  for (let round = 0; round < 2; round++) {
    await turn()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Collects garbage until no closed buffer waits for it, at most 20 times. Returns the number that still waits. */
export async function collectClosed() {
  for (let round = 0; round < 20 && native.waitingBuffers() > 0; round++) await collect()
  return native.waitingBuffers()
}
