// What the child processes of the tests share: arguments as JSON, a report as JSON, and a look at the process itself.
import { readFileSync, readdirSync } from 'node:fs'

export * from '../../dist/index.js'
export { native } from '../../dist/native.js'

/** The command that runs this Node; see `support/node.ts`. */
export const node = JSON.parse(process.env.MEMMAP_NODE ?? JSON.stringify([process.execPath]))

export const args = process.argv.slice(2).map((arg) => JSON.parse(arg))

export function report(value) {
  console.log(`REPORT ${JSON.stringify(value)}`)
}

/** How many mappings the process has, of a file or in all. */
export function mappings(path = '') {
  return readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .filter((line) => line.includes(path)).length
}

export function descriptors() {
  return readdirSync('/proc/self/fd').length
}

/** Lets the event loop turn. */
export function turn(milliseconds = 0) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** Collects garbage, and gives finalizers their turns. */
export async function collect() {
  globalThis.gc()
  await turn()
  await turn()
}
