import type { NDArray } from '../../ndarray.js'
import type { PrintOptions } from '../../text/index.js'
import type { CliOptions } from '../cli-options.js'
import { OK, UsageError } from '../exit.js'
import { openInput } from '../input/input.js'
import type { RawOptions } from '../input/input.js'
import { parseSelectors } from '../input/selectors.js'
import { parseCount, parseNumber } from '../input/values.js'
import { escaped, escapedLines } from '../output/escape.js'
import { printJson } from '../output/json.js'
import { print } from '../output/terminal.js'

/** Maximum elements as JSON. */
const MOST = 2 ** 24

/** `memmap show`: prints elements as text, or draws a slice as a picture. */
export async function show(name: string, options: CliOptions): Promise<number> {
  const textOptions = printOptions(options)
  const picture = options['image'] as string | undefined
  if (picture === undefined && (options['colormap'] ?? options['range']) !== undefined) {
    throw new UsageError(
      'invalid --colormap or --range without --image: they are options of a picture; add --image out.png',
    )
  }
  const input = await openInput(name, options as RawOptions)
  try {
    const slice = options['slice'] as string | undefined
    const part = slice === undefined ? input.array : (input.array.index(...parseSelectors(slice)) as NDArray)
    if (picture !== undefined) {
      const { draw } = await import('../output/picture.js')
      await draw(part, picture, options)
    } else if (options['json'] === true) {
      if (part.size > MOST) {
        throw new UsageError(
          `invalid --json for ${part.size} elements: it prints at most ${MOST}; select a part with --slice`,
        )
      }
      printJson({ file: name, dtype: part.dtype.toJSON(), shape: part.shape, data: part.toArray() })
    } else {
      const text = part.toString(textOptions)
      // The text of one element may have line breaks of its own.
      print(part.ndim === 0 ? escaped(text) : escapedLines(text))
    }
  } finally {
    input.close()
  }
  return OK
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
    linewidth: count('linewidth'),
    suppress: options['suppress'] === true ? true : undefined,
  }
}
