import { NpzFile } from '../../api/npz-file.js'
import type { DType } from '../../dtype/index.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { MAX_HEADER_SIZE } from '../../files/npy/read-header.js'
import { sizeOf } from '../../layout/shape.js'
import type { Memmap } from '../../memmap.js'
import { tupleRepr } from '../../text/python-repr.js'
import type { CliOptions } from '../cli-options.js'
import { OK } from '../exit.js'
import { formatOf, naming, openInput, splitMember } from '../input/input.js'
import type { Input, RawOptions } from '../input/input.js'
import { dtypeText } from '../output/element-text.js'
import { printJson } from '../output/json.js'
import { bytesText, grouped, print, printPairs, printTable } from '../output/terminal.js'

/** `memmap info`: prints what a file is, from its header alone. */
export async function info(name: string, options: CliOptions): Promise<number> {
  const { path, member } = splitMember(name)
  const { format, size } = formatOf(path)
  const json = options['json'] === true
  if (format === 'npz') {
    await naming(name, () => {
      const file = NpzFile.open(path, 'r', MAX_HEADER_SIZE)
      if (member === null) membersInfo(name, file, size, json)
      else memberInfo(name, file, member, size, json)
    })
    return OK
  }
  const input = await openInput(name, options as RawOptions, true)
  try {
    arrayInfo(input, size, json)
  } finally {
    input.close()
  }
  return OK
}

function arrayInfo({ name, format, version, array }: Input, size: number, json: boolean): void {
  const { dtype, shape, nbytes, fileOffset } = array as Memmap
  const { resident, total } = (array as Memmap).residency()
  const order = orderText(array)
  if (json) {
    printJson({
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
    })
    return
  }
  printPairs([
    ['file', name],
    ['format', version === null ? format : `${format} ${version}`],
    ...described(dtype, shape, order),
    ['offset', bytesText(fileOffset)],
    ['data', bytesText(nbytes)],
    ['file size', bytesText(size)],
    ['in memory', total === 0 ? 'nothing to read' : `${Math.round((100 * resident) / total)} %`],
  ])
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

function memberInfo(name: string, file: NpzFile, member: string, size: number, json: boolean): void {
  const { dtype, shape, order, bytes, packed, stored, offset } = memberOf(file, member)
  if (json) {
    printJson({
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
    })
    return
  }
  printPairs([
    ['file', name],
    ['format', 'npz'],
    ['member', `${member}, ${stored ? 'stored' : 'deflated'}`],
    ...described(dtype, shape, order),
    ['offset', offset === null ? 'compressed: read, not mapped' : bytesText(offset)],
    ['data', bytesText(bytes)],
    ['in the file', bytesText(packed)],
    ['file size', bytesText(size)],
  ])
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

/** Prints all members; for one that is not an array, its error. */
function membersInfo(name: string, file: NpzFile, size: number, json: boolean): void {
  const members = file.files.map((member) => {
    try {
      const { dtype, shape, order, offset, bytes, packed, stored } = memberOf(file, member)
      return {
        name: member,
        dtype: dtype.toJSON(),
        shape,
        order,
        offset,
        bytes,
        packed,
        stored,
        text: dtypeText(dtype),
      }
    } catch (error) {
      if (!(error instanceof MemmapError)) throw error
      return { name: member, error: error.message }
    }
  })
  if (json) {
    const plain = members.map((member) => ('text' in member ? (({ text: _, ...rest }) => rest)(member) : member))
    printJson({ file: name, format: 'npz', fileSize: size, members: plain })
    return
  }
  printPairs([
    ['file', name],
    ['format', 'npz'],
    ['members', String(members.length)],
    ['file size', bytesText(size)],
  ])
  if (members.length === 0) return
  print('')
  printTable(
    ['name', 'dtype', 'shape', 'order', 'bytes', 'in the file', 'mode'],
    members.map((member) =>
      'error' in member
        ? [member.name, member.error as string]
        : [
            member.name,
            member.text,
            tupleRepr(member.shape),
            member.order,
            grouped(member.bytes),
            grouped(member.packed),
            member.stored ? 'stored' : 'deflated',
          ],
    ),
  )
}
