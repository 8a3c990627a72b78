import type { NDArray } from '../../ndarray.js'
import type { CliOptions } from '../cli-options.js'
import type { Output } from './format.js'
import { npyChunks, rawChunks, writeArchive } from './write-array.js'
import type { Target } from './write-array.js'
import { writeChunks } from './write-file.js'
import { textChunks } from './write-text.js'

/** Writes an array chunk by chunk, in the format of the output. `member` is its name in a `.npz` file. */
export async function writeOutput(
  array: NDArray,
  target: Target,
  output: Output,
  member: string,
  options: CliOptions,
  report: (fraction: number) => void,
): Promise<void> {
  const reported = <T extends string | Uint8Array>(chunks: Iterable<T>): Iterable<T> =>
    withProgress(chunks, array.nbytes, report)
  switch (output.format) {
    case 'csv':
    case 'txt':
      return writeChunks(output, reported(textChunks(array, target.dtype, output.format)))
    case 'npz': {
      const open = (): Promise<{ array: NDArray; close: () => void }> => Promise.resolve({ array, close: () => {} })
      return writeArchive(output, [{ name: member, target, open }], report)
    }
    case 'npy':
      return writeChunks(output, reported(npyChunks(array, target)))
    case 'raw':
      return writeChunks(output, reported(rawChunks(array, target)))
    case 'png': {
      const { draw } = await import('../picture/picture.js')
      return draw(array, output, options)
    }
  }
}

/** Reports the fraction of the chunks that are done, of about a mebibyte of elements each. */
function* withProgress<T>(chunks: Iterable<T>, bytes: number, report: (fraction: number) => void): Generator<T> {
  const count = Math.max(1, bytes / 2 ** 20)
  let done = 0
  for (const chunk of chunks) {
    yield chunk
    report(Math.min(1, ++done / count))
  }
}
