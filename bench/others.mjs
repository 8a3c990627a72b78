/** Other libraries: a sum of the same file, where they can. */
import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { memmap } from '../dist/index.js'
import { settle, statistics, timed } from './clock.mjs'
import { agree, digest } from './digest.mjs'

/** Each returns a function that sums the file, or the reason why it cannot. */
const LIBRARIES = {
  '@riaskov/mmap-io': async (path, bytes) => {
    const mmap = installed('@riaskov/mmap-io', '1.4.3')
    const fd = openSync(path, 'r')
    const buffer = mmap.map(bytes, mmap.PROT_READ, mmap.MAP_SHARED, fd, 0)
    closeSync(fd)
    const data = new Float32Array(buffer.buffer, buffer.byteOffset, bytes / 4)
    return () => loop(data)
  },
  'numpy-ts': async (path) => {
    const np = await import('numpy-ts')
    const { data, shape, strides, offset } = memmap(path, { dtype: 'float32', mode: 'r' }).strided()
    const Storage = np.zeros([1]).storage.constructor
    const x = new np.NDArray(Storage.fromDataShared(data, shape, 'float32', strides, offset, null))
    return () => Number(np.sum(x))
  },
  '@stdlib/ndarray': async (path) => {
    const { default: ndarray } = await import('@stdlib/ndarray-base-ctor')
    const { data, shape, strides, offset } = memmap(path, { dtype: 'float32', mode: 'r' }).strided()
    const x = new ndarray('float32', data, shape, strides, offset, 'row-major')
    return () => {
      let sum = 0
      for (let index = 0; index < x.length; index++) sum += x.get(index)
      return sum
    }
  },
}

/** Installs a package beside the benchmark on first use; not a dependency, because it may need a compiler. */
export function installed(name, version) {
  const folder = fileURLToPath(new URL('../.bench/', import.meta.url))
  const { resolve } = createRequire(`${folder}package.json`)
  if (!existsSync(`${folder}node_modules/${name}`)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(`${folder}package.json`, '{ "private": true }\n')
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${version}`], {
      cwd: folder,
      stdio: 'ignore',
      timeout: 300_000,
    })
  }
  return createRequire(`${folder}package.json`)(resolve(name))
}

function loop(data) {
  let sum = 0
  for (let index = 0; index < data.length; index++) sum += data[index]
  return sum
}

export async function otherLibraries({ path, bytes, runs }) {
  const a = memmap(path, { dtype: 'float32', mode: 'r' })
  const expected = digest(a.sum())
  const sides = [['memmap', () => a.sum()]]
  const missing = []
  for (const [name, make] of Object.entries(LIBRARIES)) {
    try {
      const work = await make(path, bytes)
      const found = digest(work())
      // Some add sequentially in float32, with a larger error than the other sides.
      if (!agree(found, expected)) missing.push(`${name}: gives ${found} for ${expected}`)
      else sides.push([name, work])
    } catch (error) {
      missing.push(`${name}: ${String(error.message).split('\n')[0]}`)
    }
  }
  const times = Object.fromEntries(sides.map(([name]) => [name, []]))
  for (let round = 0; round < runs; round++) {
    for (const [name, work] of sides) {
      settle()
      times[name].push(timed(work).seconds)
    }
  }
  a.close()
  return {
    bytes,
    missing,
    sides: Object.fromEntries(Object.entries(times).map(([name, all]) => [name, statistics(all)])),
  }
}
