/**
 * Files that commands write: beside the one that they replace, in whose place they are put when they are complete. A signal
 * that ends the process leaves neither half a file nor the one beside it.
 * @module
 */
import { once } from 'node:events'
import { DType } from '../../dtype/index.js'
import { inspect } from '../../errors/inspect.js'
import { createNpy } from '../../files/npy/open-npy.js'
import { openRaw } from '../../files/open.js'
import { replacing } from '../../files/replace-file.js'
import type { Memmap } from '../../memmap.js'
import { UsageError } from '../exit.js'

/** What a file is to hold. */
export interface Target {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly order: 'C' | 'F'
  readonly sparse: boolean
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The format of a file that is written, by its name. */
export function formatFor(path: string): 'npy' | 'raw' {
  if (/\.npz$/i.test(path)) {
    throw new UsageError(
      `a .npz file is not written by this command, and ${inspect(path)} is called one: name a .npy file`,
    )
  }
  return /\.npy$/i.test(path) ? 'npy' : 'raw'
}

/** Makes a file of zeros, lets `fill` fill it, and puts it in its place. */
export async function writeArray(
  path: string,
  target: Target,
  fill: (made: Memmap, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const format = formatFor(path)
  const { temporary, finish, undo } = replacing(path, format)
  const interruption = new AbortController()
  let caught: NodeJS.Signals | null = null
  const interrupt = (signal: NodeJS.Signals): void => {
    caught = signal
    interruption.abort(new UsageError(`interrupted by ${signal}: nothing was written`))
  }
  for (const signal of SIGNALS) process.on(signal, interrupt)
  try {
    const made = format === 'npy' ? npyAt(temporary, target) : rawAt(temporary, target)
    try {
      await fill(made, interruption.signal)
      await made.promises.flush({ durable: true, signal: interruption.signal })
    } finally {
      made.close()
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

/** Ends the process as the signal would have, so that the shell that waits for it knows. */
async function endBy(signal: NodeJS.Signals): Promise<void> {
  process.kill(process.pid, signal)
  // Until it arrives.
  await once(process, 'exit')
}

function npyAt(path: string, { dtype, shape, order, sparse }: Target): Memmap {
  return createNpy(path, { dtype, shape, fortranOrder: order === 'F' && shape.length > 1 }, null, { sparse }) as Memmap
}

function rawAt(path: string, { dtype, shape, order, sparse }: Target): Memmap {
  return openRaw(path, { mode: 'w+', dtype, offset: 0, shape, order, options: { sparse } }) as Memmap
}
