import { inspect } from '../../errors/inspect.js'
import type { NDArray } from '../../ndarray.js'
import { piecesOf } from '../../ops/text-pieces.js'
import type { PrintOptions } from '../../text/index.js'
import type { CliOptions } from '../cli-options.js'
import { OK, UsageError } from '../exit.js'
import { openInput } from '../input/input.js'
import type { RawOptions } from '../input/input.js'
import { locate } from '../input/locate.js'
import { parseSelectors } from '../input/selectors.js'
import { parseCount, parseNumber } from '../input/values.js'
import { escaped, escapedLines } from '../output/escape.js'
import { printJson } from '../output/json.js'
import { checkFree } from '../output/format.js'
import type { Output } from '../output/format.js'
import { drained, write } from '../output/stdout.js'
import { columnsOf, print } from '../output/terminal.js'

/** Characters to write at a time. */
const PIECE = 2 ** 14

/** Maximum elements as JSON. */
const MOST = 2 ** 24

/** `memmap show`: prints elements as text, or draws a slice as a picture. */
export async function show(name: string, options: CliOptions): Promise<number> {
  const textOptions = printOptions(options)
  const picture = options['image'] === undefined ? null : pictureAt(options['image'] as string, options)
  if (picture === null && (options['colormap'] ?? options['range']) !== undefined) {
    throw new UsageError(
      'invalid --colormap or --range without --image: they are options of a picture; add --image out.png',
    )
  }
  const file = await locate(name)
  try {
    const input = await openInput(file, options as RawOptions, { command: 'show' })
    try {
      const slice = options['slice'] as string | undefined
      const part = slice === undefined ? input.array : (input.array.index(...parseSelectors(slice)) as NDArray)
      if (picture !== null) {
        const { draw } = await import('../picture/picture.js')
        await draw(part, picture, options)
      } else if (options['json'] === true) {
        if (part.size > MOST) {
          throw new UsageError(
            `invalid --json for ${part.size} elements: it prints at most ${MOST}; select a part with --slice`,
          )
        }
        printJson({ file: file.name, dtype: part.dtype.toJSON(), shape: part.shape, data: part.toArray() })
      } else await printText(part, textOptions)
    } finally {
      input.close()
    }
  } finally {
    file.release()
  }
  return OK
}

/** Prints line by line, so that the first ones are there at once and memory does not grow with the array. */
async function printText(part: NDArray, options: PrintOptions): Promise<void> {
  // The text of one element may have line breaks of its own.
  if (part.ndim === 0) return print(escaped(part.toString(options)))
  let text = ''
  for (const piece of piecesOf(part, options)) {
    text += escapedLines(piece)
    if (text.length < PIECE) continue
    write(text)
    text = ''
    await drained()
  }
  print(text)
}

function pictureAt(path: string, options: CliOptions): Output {
  if (!/\.png$/i.test(path)) {
    throw new UsageError(`invalid --image ${inspect(path)}: a picture is a PNG file; end its name in .png`)
  }
  const output: Output = { path, format: 'png', force: options['force'] === true }
  checkFree(output)
  return output
}

function printOptions(options: CliOptions): PrintOptions {
  const count = (name: string): number | undefined => {
    const text = options[name] as string | undefined
    if (text === undefined) return undefined
    return /^inf/i.test(text) ? parseNumber(text, `--${name}`) : parseCount(text, `--${name}`)
  }
  return {
    precision: count('precision'),
    threshold: count('threshold'),
    edgeitems: count('edgeitems'),
    linewidth: count('linewidth') ?? narrowWidth(),
    suppress: options['suppress'] === true ? true : undefined,
  }
}

/** The columns of a terminal that is narrower than NumPy's lines. */
function narrowWidth(): number | undefined {
  const columns = columnsOf(process.stdout)
  return columns < 75 ? columns : undefined
}
