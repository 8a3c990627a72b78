import type { NpzFile } from '../../api/npz-file.js'
import type { DType } from '../../dtype/index.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { sizeOf } from '../../layout/shape.js'
import type { Memmap } from '../../memmap.js'
import { tupleRepr } from '../../text/python-repr.js'
import type { CliOptions } from '../cli-options.js'
import { inShell } from '../errors/in-shell.js'
import { OK } from '../exit.js'
import { eachFile } from '../input/each-file.js'
import { openInput, rawFor } from '../input/input.js'
import type { Input, RawOptions } from '../input/input.js'
import type { Located } from '../input/locate.js'
import { checkRawOptions } from '../input/values.js'
import { dtypeText } from '../output/element-text.js'
import { printJson } from '../output/json.js'
import { bytesText, grouped, print, printPairs, printTable } from '../output/terminal.js'

/** What a file is. */
interface Description {
  /** For programs. */
  readonly json: Record<string, unknown>
  /** For people who ask for one file. */
  readonly pairs: readonly (readonly [name: string, value: string])[]
  readonly members?: readonly (readonly string[])[]
  /** For people who ask for several: a row for each array, {@link COLUMNS}. */
  readonly rows: readonly (readonly string[])[]
}

const COLUMNS = ['file', 'format', 'dtype', 'shape', 'order', 'bytes']
const MEMBER_COLUMNS = ['name', 'dtype', 'shape', 'order', 'bytes', 'in the file', 'mode']

/** `memmap info`: prints what files are, from their headers alone. */
export async function info(names: readonly string[], options: CliOptions): Promise<number> {
  const raw = options as RawOptions
  checkRawOptions(raw)
  const table: (readonly string[])[] = []
  const code = await eachFile(names, async (file, { someRaw, several }) => {
    const description = await describe(file, rawFor(file, raw, someRaw))
    if (options['json'] === true) printJson(description.json)
    else if (several) table.push(...description.rows)
    else printDescription(description)
    return OK
  })
  if (table.length > 0) printTable(COLUMNS, table)
  return code
}

async function describe(file: Located, raw: RawOptions): Promise<Description> {
  if (file.format === 'npz') {
    const archive = file.archive()
    return file.member === null ? membersInfo(file, archive) : memberInfo(file, archive, file.member)
  }
  const input = await openInput(file, raw, { command: 'info', asBytes: true })
  try {
    return arrayInfo(input, file.size)
  } finally {
    input.close()
  }
}

function printDescription({ pairs, members = [] }: Description): void {
  printPairs(pairs)
  if (members.length === 0) return
  print('')
  printTable(MEMBER_COLUMNS, members)
}

function arrayInfo({ name, format, version, array }: Input, size: number): Description {
  const { dtype, shape, nbytes, fileOffset } = array as Memmap
  const { resident, total } = (array as Memmap).residency()
  const order = orderText(array)
  const json = {
    file: name,
    format,
    version,
    dtype: dtype.toJSON(),
    shape,
    order,
    offset: fileOffset,
    size: array.size,
    bytes: nbytes,
    fileSize: size,
    residency: { resident, total },
  }
  const pairs: [string, string][] = [
    ['file', name],
    ['format', version === null ? format : `${format} ${version}`],
    ...described(dtype, shape, order),
    ['offset', bytesText(fileOffset)],
    ['data', bytesText(nbytes)],
    ['file size', bytesText(size)],
    ['in memory', total === 0 ? 'nothing to read' : `${Math.round((100 * resident) / total)} %`],
  ]
  return { json, pairs, rows: [[name, format, dtypeText(dtype), tupleRepr(shape), order, grouped(nbytes)]] }
}

function described(dtype: DType, shape: readonly number[], order: string): [string, string][] {
  return [
    ['dtype', dtype.names === null ? `${dtype.name} (${dtype.str})` : dtypeText(dtype)],
    ['shape', tupleRepr(shape)],
    ['elements', grouped(sizeOf(shape))],
    ['order', order],
  ]
}

function orderText({ flags }: Input['array']): string {
  return flags.cContiguous ? 'C' : flags.fContiguous ? 'F' : 'neither'
}

function memberInfo({ name, size }: Located, archive: NpzFile, member: string): Description {
  const { dtype, shape, order, bytes, packed, stored, offset } = memberOf(archive, member)
  const json = {
    file: name,
    format: 'npz',
    member,
    dtype: dtype.toJSON(),
    shape,
    order,
    offset,
    size: sizeOf(shape),
    bytes,
    packed,
    stored,
    fileSize: size,
  }
  const pairs: [string, string][] = [
    ['file', name],
    ['format', 'npz'],
    ['member', `${member}, ${stored ? 'stored' : 'deflated'}`],
    ...described(dtype, shape, order),
    ['offset', offset === null ? 'compressed: read, not mapped' : bytesText(offset)],
    ['data', bytesText(bytes)],
    ['in the file', bytesText(packed)],
    ['file size', bytesText(size)],
  ]
  return { json, pairs, rows: [[name, 'npz', dtypeText(dtype), tupleRepr(shape), order, grouped(bytes)]] }
}

function memberOf(
  file: NpzFile,
  member: string,
): ReturnType<NpzFile['member']> & { shape: number[]; dtype: DType; order: string; bytes: number } {
  const info = file.member(member)
  const shape = [...info.shape, ...info.dtype.shape]
  const dtype = info.dtype.base
  const order = info.fortranOrder && shape.length > 1 ? 'F' : 'C'
  return { ...info, shape, dtype, order, bytes: sizeOf(shape, dtype.itemsize) * dtype.itemsize }
}

/** All members; for one that is not an array, its error. */
function membersInfo({ name, path, size }: Located, archive: NpzFile): Description {
  const members = archive.files.map((member) => {
    try {
      const { dtype, shape, order, offset, bytes, packed, stored } = memberOf(archive, member)
      const json = { name: member, dtype: dtype.toJSON(), shape, order, offset, bytes, packed, stored }
      const cells = [dtypeText(dtype), tupleRepr(shape), order, grouped(bytes)]
      return { json, cells, tail: [grouped(packed), stored ? 'stored' : 'deflated'] }
    } catch (error) {
      if (!(error instanceof MemmapError)) throw error
      const message = inShell(error.message, error.code)
      return { json: { name: member, error: message }, cells: [message], tail: [] }
    }
  })
  return {
    json: { file: name, format: 'npz', fileSize: size, members: members.map(({ json }) => json) },
    pairs: [
      ['file', name],
      ['format', 'npz'],
      ['members', String(members.length)],
      ['file size', bytesText(size)],
    ],
    members: members.map(({ json, cells, tail }) => [json.name, ...cells, ...tail]),
    rows: members.map(({ json, cells }) => [`${path}:${json.name}`, 'npz', ...cells]),
  }
}
