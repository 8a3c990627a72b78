import { statSync } from 'node:fs'
import { tupleRepr } from '../../text/python-repr.js'
import type { CliOptions } from '../cli-options.js'
import { dtypeText } from './element-text.js'
import { escaped } from './escape.js'
import { printJson } from './json.js'
import { bytesText, print } from './terminal.js'
import type { Target } from './write-array.js'

/** Prints the file that was written, as a line or JSON. */
export function printCreated(file: string, format: string, { dtype, shape, order }: Target, options: CliOptions): void {
  const { size } = statSync(file)
  if (options['json'] === true) {
    printJson({ file, format, dtype: dtype.toJSON(), shape, order, fileSize: size })
  } else {
    // Text has rows, whatever the order in memory.
    const inOrder = format === 'csv' || format === 'txt' ? '' : `${order} order, `
    print(
      `${escaped(file)}: ${format}, ${escaped(dtypeText(dtype))}, ${tupleRepr(shape)}, ${inOrder}${bytesText(size)}`,
    )
  }
}

/** Prints the `.npz` file of several arrays that was written. */
export function printCreatedArchive(file: string, count: number, options: CliOptions): void {
  const { size } = statSync(file)
  if (options['json'] === true) printJson({ file, format: 'npz', members: count, fileSize: size })
  else print(`${escaped(file)}: npz, ${count} ${count === 1 ? 'array' : 'arrays'}, ${bytesText(size)}`)
}
