/**
 * Standard input as a file: a mapping needs one, so the bytes go to a temporary file without a name.
 * @module
 */
import { fstatSync, readSync, writeSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { MemmapError } from '../../errors/memmap-error.js'
import { systemError } from '../../files/system-error.js'
import { UsageError } from '../exit.js'
import { openTemporary } from './temporary.js'
import type { Temporary } from './temporary.js'

/** The name of standard input among files. */
export const STANDARD = '-'

/** Keeps `-:member` from being read as options. */
const MARK = '\0'

/** Marks the members of standard input among the arguments of the command. */
export function markMembers(args: readonly string[]): string[] {
  return args.map((arg) => (arg.startsWith(`${STANDARD}:`) ? `${MARK}${arg}` : arg))
}

/** A name as the user gave it. */
export function unmarked(name: string): string {
  return name.startsWith(MARK) ? name.slice(1) : name
}

let isRead = false

/**
 * Copies standard input to a temporary file, in bounded memory.
 * @throws UsageError on a terminal, and at the second use; MemmapError the system's
 */
export async function spooled(): Promise<Temporary> {
  if (isRead) throw new UsageError('invalid second -: standard input can be read once; name a file')
  if (process.stdin.isTTY === true) {
    throw new UsageError('invalid -: standard input is a terminal; pipe a file into it, as in memmap info - < scan.npy')
  }
  isRead = true
  // Node reads a folder as an empty stream.
  if (kindOf()?.isDirectory() === true) throw new UsageError('invalid -: standard input is a folder; name a file')
  const temporary = openTemporary()
  try {
    if (kindOf()?.isFile() === true) copyFile(temporary)
    else for await (const chunk of process.stdin) append(temporary, chunk as Buffer)
    if (fstatSync(temporary.fd).size === 0) {
      throw new UsageError('invalid -: standard input is empty; pipe a file into it, as in memmap info - < scan.npy')
    }
    return temporary
  } catch (error) {
    temporary.remove()
    if (error instanceof MemmapError || error instanceof UsageError) throw error
    throw new UsageError(`standard input cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

/** What standard input is; undefined where the system does not say. */
function kindOf(): Stats | undefined {
  try {
    return fstatSync(0)
  } catch {
    return undefined
  }
}

/** Copies a file by one buffer, because a stream makes one of each chunk. */
function copyFile(temporary: Temporary): void {
  const buffer = Buffer.allocUnsafe(2 ** 18)
  for (let count = readSync(0, buffer); count > 0; count = readSync(0, buffer))
    append(temporary, buffer.subarray(0, count))
}

function append({ fd, path }: Temporary, bytes: Buffer): void {
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
  } catch (error) {
    throw systemError(error, path)
  }
}
