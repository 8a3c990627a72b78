/**
 * Runs a command on several files: one that cannot be read is reported, and the others are still done.
 * @module
 */
import { reportError } from '../errors/report-error.js'
import { OK, OutputError, USAGE_ERROR } from '../exit.js'
import { openInput, rawFor } from './input.js'
import type { Input, Opening, RawOptions } from './input.js'
import { locate, naming } from './locate.js'
import type { Located } from './locate.js'
import { unmarked } from './standard-input.js'

/** The place of a file among those of a command. */
export interface Among {
  /** Whether a file of the command is raw, so that a description is for the raw ones. */
  readonly someRaw: boolean
  /** Whether the command has several arrays or files to tell apart. */
  readonly several: boolean
}

/**
 * Calls `work` with each file, and returns the worst of their exit codes.
 * @throws the error of the only file
 */
export async function eachFile(
  args: readonly string[],
  work: (file: Located, among: Among) => Promise<number>,
): Promise<number> {
  const names = args.map(unmarked)
  const several = names.length > 1
  const files: (Located | { error: unknown; name: string })[] = []
  try {
    // One after the other, because each message is to stand in the order of the names.
    for (const [at, name] of names.entries()) {
      files.push(await locate(args[at] as string).catch((error: unknown) => ({ error, name })))
    }
    const someRaw = files.some((file) => 'format' in file && file.format === 'raw')
    const works = files.map((file) => async (): Promise<number> => {
      if ('error' in file) throw file.error
      return naming(file.name, () => work(file, { someRaw, several }))
    })
    return await worstOf(works, several ? names : null)
  } finally {
    for (const file of files) if ('release' in file) file.release()
  }
}

/** As {@link eachFile} with each array: of a `.npz` file without a name, every member. */
export async function eachArray(
  names: readonly string[],
  raw: RawOptions,
  { command }: Pick<Opening, 'command'>,
  work: (input: Input, several: boolean) => Promise<number>,
): Promise<number> {
  return eachFile(names, (file, { someRaw, several }) => {
    const members = membersOf(file)
    const works = (members ?? [undefined]).map((member) => async (): Promise<number> => {
      const opening = member === undefined ? { command } : { command, member }
      const input = await openInput(file, rawFor(file, raw, someRaw), opening)
      try {
        return await work(input, several || members !== null)
      } finally {
        input.close()
      }
    })
    return worstOf(works, members?.map((member) => `${file.path}:${member}`) ?? null)
  })
}

/** The members of a whole `.npz` file that has several; null for a file that stands for one array. */
export function membersOf(file: Located): readonly string[] | null {
  if (file.format !== 'npz' || file.member !== null) return null
  const { files } = file.archive()
  return files.length > 1 ? files : null
}

/** Runs one after the other; with names, reports errors and goes on. */
export async function worstOf(
  works: readonly (() => Promise<number>)[],
  names: readonly string[] | null,
): Promise<number> {
  let worst = OK
  for (const [at, work] of works.entries()) {
    try {
      worst = Math.max(worst, await work())
    } catch (error) {
      if (names === null || error instanceof OutputError) throw error
      reportError(error, names[at])
      worst = USAGE_ERROR
    }
  }
  return worst
}
