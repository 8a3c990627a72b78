// Maps an MRI volume in the NIfTI format (.nii) of scanners and statistics packages: the header has the position and the dtype of
// the voxels, in either byte order. Draws the middle slice in characters.
//
//   node examples/nifti.mjs [VOLUME.nii]      without a file, creates one of a ball
import { closeSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memmap } from 'memmap'

/** The codes of NIfTI-1 for what a voxel is: https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h */
const DTYPES = {
  2: 'u1',
  4: 'i2',
  8: 'i4',
  16: 'f4',
  32: 'c8',
  64: 'f8',
  256: 'i1',
  512: 'u2',
  768: 'u4',
  1024: 'i8',
  1280: 'u8',
}

/** Maps the voxels of a volume; physical values are value * slope + intercept. */
function openNifti(path) {
  const bytes = Buffer.alloc(348)
  const fd = openSync(path)
  readSync(fd, bytes, 0, 348, 0)
  closeSync(fd)
  const header = new DataView(bytes.buffer, bytes.byteOffset)
  // The header starts with its own length, which shows the byte order.
  const little = header.getInt32(0, true) === 348
  if (!little && header.getInt32(0) !== 348) throw new Error(`${path} is no NIfTI-1 file`)
  const ndim = header.getInt16(40, little)
  const shape = Array.from({ length: ndim }, (_, axis) => header.getInt16(42 + 2 * axis, little))
  const dtype = DTYPES[header.getInt16(70, little)]
  const voxels = memmap(path, {
    dtype: (little ? '<' : '>') + dtype,
    shape,
    order: 'F', // the first axis, from left to right, runs fastest
    offset: header.getFloat32(108, little),
    mode: 'r',
  })
  return { voxels, slope: header.getFloat32(112, little) || 1, intercept: header.getFloat32(116, little) }
}

/** A big-endian volume of 24 x 32 x 20 voxels: a ball that is brighter in its middle. */
function makeNifti(path) {
  const header = new DataView(new ArrayBuffer(352))
  header.setInt32(0, 348)
  ;[3, 24, 32, 20, 1, 1, 1, 1].forEach((length, axis) => header.setInt16(40 + 2 * axis, length))
  header.setInt16(70, 4) // int16
  header.setInt16(72, 16) // bits
  header.setFloat32(108, 352) // position of the voxels
  header.setFloat32(112, 0.5) // slope
  ;[...'n+1'].forEach((letter, at) => header.setUint8(344 + at, letter.charCodeAt(0)))
  writeFileSync(path, new Uint8Array(header.buffer))
  const voxels = memmap(path, { dtype: '>i2', shape: [24, 32, 20], order: 'F', offset: 352, mode: 'r+' })
  for (const [[x, y, z]] of voxels.entries()) {
    const distance = Math.hypot((x - 11.5) / 11, (y - 15.5) / 15, (z - 9.5) / 9)
    voxels.set(x, y, z, Math.max(0, 1000 * (1 - distance ** 2)))
  }
  voxels.close()
}

const example = join(tmpdir(), `memmap-${process.pid}.nii`)
const [path = example] = process.argv.slice(2)
if (path === example) makeNifti(example)

const { voxels, slope, intercept } = openNifti(path)
console.log(`${voxels.shape.join(' x ')} voxels of ${voxels.dtype.str}, from byte ${voxels.offset} on`)
console.log(`values from ${voxels.min() * slope + intercept} to ${voxels.max() * slope + intercept}`)
const middle = voxels.index('...', Math.floor(voxels.shape[2] / 2)) // a view: only this slice is read
const brightest = middle.max()
for (const row of middle.T.index('::2')) {
  console.log([...row].map((value) => ' .:-=+*#%@'[Math.floor((9.99 * Math.max(0, value)) / brightest)]).join(''))
}
voxels.close()
if (path === example) rmSync(example)
