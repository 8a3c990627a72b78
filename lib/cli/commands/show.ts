import { NDArray } from '../../ndarray.js'
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

/** Elements that are printed as JSON, at most. */
const MOST = 2 ** 24

/** `memmap show`: elements as text, or a slice as a picture. */
export async function show(name: string, given: CliOptions): Promise<number> {
  const options = printOptions(given)
  const picture = given['image'] as string | undefined
  if (picture === undefined && (given['colormap'] ?? given['range']) !== undefined) {
    throw new UsageError('--colormap and --range are of a picture: say where it goes with --image out.png')
  }
  const input = await openInput(name, given as RawOptions)
  try {
    const slice = given['slice'] as string | undefined
    const part = slice === undefined ? input.array : (input.array.index(...parseSelectors(slice)) as NDArray)
    if (picture !== undefined) {
      const { draw } = await import('../output/picture.js')
      await draw(part, picture, given)
    } else if (given['json'] === true) {
      if (part.size > MOST) {
        throw new UsageError(`${part.size} elements are too many for JSON: name a part of at most ${MOST} with --slice`)
      }
      printJson({ file: name, dtype: part.dtype.toJSON(), shape: part.shape, data: part.toArray() })
    } else {
      const text = part.toString(options)
      // Text without axes stands as it is.
      print(part.ndim === 0 ? escaped(text) : escapedLines(text))
    }
  } finally {
    input.close()
  }
  return OK
}

function printOptions(given: CliOptions): PrintOptions {
  const count = (name: string): number | undefined => {
    const text = given[name] as string | undefined
    if (text === undefined) return undefined
    return /^inf/i.test(text) ? parseNumber(text, `--${name}`) : parseCount(text, `--${name}`)
  }
  return {
    precision: count('precision'),
    threshold: count('threshold'),
    edgeitems: count('edgeitems'),
    linewidth: count('linewidth'),
    suppress: given['suppress'] === true ? true : undefined,
  }
}
