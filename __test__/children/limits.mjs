// Limits of the system are errors with codes, and leave nothing behind.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { args, descriptors, expr, mappings, memmap, report, zeros } from './common.mjs'

const [scenario, path] = args

const outcome = (work) => {
  try {
    work()
    return 'none'
  } catch (error) {
    return error.code
  }
}

const SCENARIOS = {
  // Under a limit on descriptors.
  descriptors() {
    fs.writeFileSync(path, 'x')
    const before = descriptors()
    // No map keeps a descriptor.
    const maps = Array.from({ length: 2000 }, () => memmap(path, { mode: 'r' }))
    const kept = descriptors() - before
    const taken = []
    const last = outcome(() => {
      for (;;) taken.push(fs.openSync(path))
    })
    const refused = outcome(() => memmap(path, { mode: 'r' }))
    for (const one of taken) fs.closeSync(one)
    const again = outcome(() => maps.push(memmap(path, { mode: 'r' })))
    return { kept, last, refused, again, reads: maps.at(-1).get(0) }
  },
  // Under a limit on the sizes of files that is below that of this one.
  fileSize() {
    const b = memmap(path, { dtype: 'float32', mode: 'r+' })
    b.assign(expr`${zeros(b.shape)} + 5`)
    return { last: b.get(b.size - 2) }
  },
  // Under a limit on address space.
  addresses() {
    fs.writeFileSync(path, '')
    fs.truncateSync(path, 2 ** 42)
    const size = fs.statSync(path).size
    const codes = ['r', 'c', 'r+'].map((mode) => outcome(() => memmap(path, { mode })))
    codes.push(outcome(() => memmap(path, { mode: 'w+', shape: 2 ** 42, sparse: true })))
    const left = fs.statSync(path).size === size
    const created = outcome(() => memmap(`${path}.new`, { mode: 'w+', shape: 2 ** 42, sparse: true }))
    return {
      codes,
      left,
      created,
      exists: fs.existsSync(`${path}.new`),
      small: outcome(() => memmap(path, { mode: 'r', shape: 10 })),
    }
  },
  // Less memory than results and lists of elements take.
  memory() {
    const a = memmap(path, { dtype: 'float64', shape: 2 ** 23, mode: 'w+' }).fill(1)
    // Those whose results take little: V8 ends the process where it has no memory itself.
    const works = [() => a.median(), () => a.quantile([0.1, 0.9])]
    const codes = []
    for (const mebibytes of [2, 3, 4, 6]) {
      for (const work of works) {
        const kibibytes = Number(/VmSize:\s+(\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1])
        const limit = (kibibytes + mebibytes * 1024) * 1024
        spawnSync('prlimit', ['--pid', String(process.pid), `--as=${limit}:`])
        codes.push(outcome(work))
        spawnSync('prlimit', ['--pid', String(process.pid), '--as=unlimited:'])
      }
    }
    return { codes, sum: a.sum() }
  },
  // More mappings than the system allows a process.
  mappings() {
    fs.writeFileSync(path, Buffer.alloc(3 * 4096, 7))
    const maps = []
    // Parts that the system cannot merge into one mapping.
    const code = outcome(() => {
      for (let i = 0; i < 200_000; i++) maps.push(memmap(path, { mode: 'r+', offset: 4096 * (i % 2), shape: 4096 }))
    })
    const opened = maps.length
    // Mappings are left for V8, which ends the process otherwise.
    const needs = Array.from({ length: 500 }, () => new ArrayBuffer(1 << 20))
    needs.push(...Array.from({ length: 200 }, (_, i) => Array.from({ length: 20_000 }, () => ({ i }))))
    const sum =
      maps.reduce((total, map, index) => total + (index % 1000 === 0 ? map.get(5) : 0), 0) / Math.ceil(opened / 1000)
    for (const map of maps) map.close()
    return {
      code,
      opened,
      needs: needs.length,
      sum,
      mapped: mappings(path),
      after: outcome(() => memmap(path, { mode: 'r' }).close()),
    }
  },
  // Where no private memory may be had: pages become writable when they are stored to.
  privatePages() {
    fs.writeFileSync(path, Buffer.alloc(1 << 28, 3))
    // Room for Node's own needs, and not for a quarter of a gigabyte.
    const used = Number(/^VmData:\s+(\d+) kB$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]) * 1024
    spawnSync('prlimit', ['--pid', String(process.pid), `--data=${used + (1 << 27)}`])
    const r = memmap(path, { mode: 'r' })
    const { data } = r
    for (let i = 0; i < 100; i++) data[i * 8192] = 9
    const c = memmap(path, { mode: 'c' })
    c.set(77, 5)
    c.slice(1 << 20, 1 << 21).fill(6)
    c.data[3] = 4
    const bytes = Buffer.alloc(4)
    const at = fs.openSync(path)
    fs.readSync(at, bytes, 0, 4, 0)
    return {
      seen: [data[0], data[1], r.get(8192), c.get(77), c.get(1 << 20), c.get(3), c.get(-1)],
      file: [...bytes],
      faults: [r.fault, c.fault],
    }
  },
  // As somebody who may not read, or not write.
  permissions() {
    process.setgroups?.([])
    process.setgid(65534)
    process.setuid(65534)
    const of = (mode, name) => outcome(() => memmap(`${path}/${name}`, { mode, shape: 4 }))
    return {
      unreadable: of('r', 'unreadable'),
      readOnly: ['r', 'c', 'r+', 'w+'].map((mode) => of(mode, 'read-only')),
      folder: of('w+', 'new'),
      content: fs.readFileSync(`${path}/read-only`, 'utf8'),
    }
  },
  kinds() {
    const zero = memmap.length
    const of = (file, mode = 'r') => outcome(() => memmap(file, { mode, ...(mode === 'w+' ? { shape: 1 } : {}) }))
    return {
      zero,
      pipe: of(`${path}/pipe`),
      pipeToWrite: of(`${path}/pipe`, 'r+'),
      socket: of(`${path}/socket`),
      device: of('/dev/zero'),
      null: of('/dev/null', 'r+'),
      proc: of('/proc/self/status'),
      procShape: outcome(() => memmap('/proc/self/status', { mode: 'r', shape: 4 })),
      folder: of(path),
      loop: of(`${path}/loop`),
    }
  },
}

report(SCENARIOS[scenario]())
