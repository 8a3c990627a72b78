/**
 * Writes to standard output. Node's stream loses what a full device does not take at once, so files and devices are written here.
 * @module
 */
import { once } from 'node:events'
import { fstatSync, writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { OutputError } from '../exit.js'

let isFile: boolean | null = null
let isFull = false

/**
 * Writes text or bytes.
 * @throws OutputError if standard output is a file or device that cannot be written; the stream of a pipe emits its error
 */
export function write(data: string | Uint8Array): void {
  isFile ??= goesToFile()
  if (isFile) writeAll(typeof data === 'string' ? Buffer.from(data) : data)
  else isFull = process.stdout.write(data) === false
}

/** Waits until the reader of a pipe has taken what was written, so that memory does not grow with the output. */
export async function drained(): Promise<void> {
  if (!isFull) {
    // Lets the stream report an error, such as that of a reader that has gone.
    await new Promise((resolve) => setImmediate(resolve))
    return
  }
  isFull = false
  await once(process.stdout, 'drain')
}

function goesToFile(): boolean {
  try {
    const stats = fstatSync(1)
    return stats.isFile() || (stats.isCharacterDevice() && !isatty(1))
  } catch {
    // The stream reports what is wrong.
    return false
  }
}

function writeAll(bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at)
  } catch (error) {
    throw new OutputError(error)
  }
}
