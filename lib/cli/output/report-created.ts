import { statSync } from 'node:fs'
import { tupleRepr } from '../../text/python-repr.js'
import type { CliOptions } from '../cli-options.js'
import { dtypeText } from './element-text.js'
import { escaped } from './escape.js'
import { printJson } from './json.js'
import { bytesText, print } from './terminal.js'
import type { Target } from './write-array.js'

/** Says what file was written: a line for people, or JSON. */
export function printMade(file: string, format: string, { dtype, shape, order }: Target, given: CliOptions): void {
  const { size } = statSync(file)
  if (given['json'] === true) {
    printJson({ file, format, dtype: dtype.toJSON(), shape, order, fileSize: size })
  } else {
    print(
      `${escaped(file)}: ${format}, ${escaped(dtypeText(dtype))}, ${tupleRepr(shape)}, ${order} order, ${bytesText(size)}`,
    )
  }
}
