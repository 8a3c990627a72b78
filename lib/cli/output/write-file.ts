/**
 * Writes the files of commands beside the ones that they replace, and renames them when they are complete. A signal that ends
 * the process leaves neither half a file nor a temporary one.
 * @module
 */
import { once } from 'node:events'
import { closeSync, createReadStream, fsyncSync, openSync, writeSync } from 'node:fs'
import { MemmapError } from '../../errors/memmap-error.js'
import { replacing } from '../../files/replace-file.js'
import { systemError } from '../../files/system-error.js'
import { UsageError } from '../exit.js'
import { openTemporary } from '../input/temporary.js'
import { existsError, STANDARD_OUTPUT } from './format.js'
import type { Output } from './format.js'
import { reportLeftovers } from './leftovers.js'
import { drained, write } from './stdout.js'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Writes a file.
 * @param create writes a complete file at its argument and flushes it to the device
 */
export async function writeFile(
  { path, format, force }: Output,
  create: (temporary: string, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const interruption = new AbortController()
  let caught: NodeJS.Signals | null = null
  const interrupt = (signal: NodeJS.Signals): void => {
    caught = signal
    interruption.abort(new UsageError(`interrupted by ${signal}: no file was written`))
  }
  reportLeftovers(path)
  // Before the temporary file is there.
  for (const signal of SIGNALS) process.on(signal, interrupt)
  let undo = (error: unknown): unknown => error
  try {
    const replacement = replacing(path, format, !force)
    const { temporary, finish } = replacement
    undo = replacement.undo
    await create(temporary, interruption.signal)
    interruption.signal.throwIfAborted()
    finish()
  } catch (error) {
    const named = undo(error)
    throw named instanceof MemmapError && named.code === 'EEXIST' ? existsError(path) : named
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt)
    if (caught !== null) await endBy(caught)
  }
}

/** Writes chunks one after the other to a file, or to standard output. */
export async function writeChunks(output: Output, chunks: Iterable<string | Uint8Array>): Promise<void> {
  if (output.path === STANDARD_OUTPUT) {
    for (const chunk of chunks) {
      write(chunk)
      await drained()
    }
    return
  }
  await writeWhole(output, async (append, check) => {
    for (const chunk of chunks) {
      append(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
      await check()
    }
  })
}

/** Writes bytes at the end of the file, or at a position. */
type Append = (bytes: Uint8Array, position?: number) => void

/**
 * Writes a file by `work`, which calls `check` now and then to let signals in. For standard output the file is a temporary one, which
 * is copied when it is complete.
 */
export async function writeWhole(
  output: Output,
  work: (append: Append, check: () => Promise<void>) => Promise<void>,
): Promise<void> {
  if (output.path === STANDARD_OUTPUT) {
    const { fd, path, remove } = openTemporary()
    try {
      await work(appendTo(fd, path), turn)
      for await (const chunk of createReadStream('', { fd, start: 0, autoClose: false, highWaterMark: CHUNK_BYTES })) {
        write(chunk as Buffer)
        await drained()
      }
    } finally {
      remove()
    }
    return
  }
  await writeFile(output, async (temporary, signal) => {
    const fd = openSync(temporary, 'w')
    try {
      await work(appendTo(fd, temporary), async () => {
        await turn()
        signal.throwIfAborted()
      })
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  })
}

const CHUNK_BYTES = 2 ** 18

/** Lets the event loop turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function appendTo(fd: number, path: string): Append {
  return (bytes, position) => {
    try {
      for (let at = 0; at < bytes.length;) {
        at += writeSync(fd, bytes, at, bytes.length - at, position === undefined ? null : position + at)
      }
    } catch (error) {
      throw systemError(error, path)
    }
  }
}

/** Ends the process by the signal, so that the shell sees it in the exit status. */
async function endBy(signal: NodeJS.Signals): Promise<void> {
  process.kill(process.pid, signal)
  // Never resolves: waits for the signal.
  await once(process, 'exit')
}
