/**
 * Writes the files of commands beside the ones that they replace, and renames them when they are complete. A signal that ends
 * the process leaves neither half a file nor a temporary one.
 * @module
 */
import { once } from 'node:events'
import type { DType } from '../../dtype/index.js'
import { inspect } from '../../errors/inspect.js'
import { createNpy } from '../../files/npy/open-npy.js'
import { openRaw } from '../../files/open.js'
import { replacing } from '../../files/replace-file.js'
import type { Memmap } from '../../memmap.js'
import { UsageError } from '../exit.js'

/** The array to write. */
export interface Target {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly order: 'C' | 'F'
  readonly sparse: boolean
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The format of a new file, by its name. */
export function formatFor(path: string): 'npy' | 'raw' {
  if (/\.npz$/i.test(path)) {
    throw new UsageError(
      `invalid output file ${inspect(path)}: this command does not write .npz files; name a .npy file`,
    )
  }
  return /\.npy$/i.test(path) ? 'npy' : 'raw'
}

/** Creates a file of zeros, calls `fill` to store its elements, and renames it to `path`. */
export async function writeArray(
  path: string,
  target: Target,
  fill: (array: Memmap, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const format = formatFor(path)
  const interruption = new AbortController()
  let caught: NodeJS.Signals | null = null
  const interrupt = (signal: NodeJS.Signals): void => {
    caught = signal
    interruption.abort(new UsageError(`interrupted by ${signal}: no file was written`))
  }
  // Before the temporary file is there.
  for (const signal of SIGNALS) process.on(signal, interrupt)
  let undo = (error: unknown): unknown => error
  try {
    const replacement = replacing(path, format)
    const { temporary, finish } = replacement
    undo = replacement.undo
    const array = format === 'npy' ? npyAt(temporary, target) : rawAt(temporary, target)
    try {
      await fill(array, interruption.signal)
      await array.promises.flush({ durable: true, signal: interruption.signal })
    } finally {
      array.close()
    }
    interruption.signal.throwIfAborted()
    finish()
  } catch (error) {
    throw undo(error)
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt)
    if (caught !== null) await endBy(caught)
  }
}

/** Ends the process by the signal, so that the shell sees it in the exit status. */
async function endBy(signal: NodeJS.Signals): Promise<void> {
  process.kill(process.pid, signal)
  // Never resolves: waits for the signal.
  await once(process, 'exit')
}

function npyAt(path: string, { dtype, shape, order, sparse }: Target): Memmap {
  return createNpy(path, { dtype, shape, fortranOrder: order === 'F' && shape.length > 1 }, null, { sparse }) as Memmap
}

function rawAt(path: string, { dtype, shape, order, sparse }: Target): Memmap {
  return openRaw(path, { mode: 'w+', dtype, offset: 0, shape, order, options: { sparse } }) as Memmap
}
