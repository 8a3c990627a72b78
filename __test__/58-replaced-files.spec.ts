/**
 * A file that `save` replaces is the old file but for its bytes.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import test from 'ava'
import { MemmapError, array, load, openMemmap, save, savez, zeros } from '../lib/index.js'
import { folder } from './support/files.js'
import { linux } from './support/platform.js'
import { NODE } from './support/node.js'

const isRoot = process.getuid?.() === 0
const asRoot = isRoot && process.platform === 'linux' ? test : test.skip

const bits = (path: string): number => statSync(path).mode & 0o7777

/** The bytes of an access control list: pairs of a tag and permissions, with a user or group where it names one. */
function accessList(...entries: (readonly [tag: number, permissions: number, id?: number])[]): Buffer {
  const list = Buffer.alloc(4 + 8 * entries.length)
  list.writeUInt32LE(2)
  entries.forEach(([tag, permissions, id], index) => {
    list.writeUInt16LE(tag, 4 + 8 * index)
    list.writeUInt16LE(permissions, 6 + 8 * index)
    list.writeUInt32LE(id ?? 0xffff_ffff, 8 + 8 * index)
  })
  return list
}

const python = ['python3', '/usr/bin/python3'].find(
  (one) => spawnSync(one, ['-c', 'import os; os.getxattr']).status === 0,
)

function attribute(path: string, name: string): string | null {
  const program = 'import os, sys\ntry: print(os.getxattr(sys.argv[1], sys.argv[2]).hex())\nexcept OSError: pass'
  return execFileSync(python as string, ['-c', program, path, name], { encoding: 'utf8' }).trim() || null
}

/** Returns false where the file system has no such attributes. */
function setAttribute(path: string, name: string, value: Buffer): boolean {
  const program = 'import os, sys\nos.setxattr(sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3]))'
  const args = ['-c', program, path, name, value.toString('hex')]
  return python !== undefined && spawnSync(python, args).status === 0
}

const SAVERS: readonly (readonly [name: string, save: (path: string) => void])[] = [
  ['save', (path) => save(path, array([2]))],
  ['savez', (path) => savez(path, { x: array([2]) })],
  [
    'append to a header without space',
    (path) => {
      const text = "{'descr': '<i4', 'fortran_order': False, 'shape': (9,), }\n"
      const start = Buffer.alloc(10)
      start.write('\x93NUMPY\x01\x00', 'latin1')
      start.writeUInt16LE(text.length, 8)
      writeFileSync(path, Buffer.concat([start, Buffer.from(text), Buffer.alloc(36)]))
      openMemmap(path).append([4]).close()
    },
  ],
]

for (const [name, replace] of SAVERS) {
  asRoot(`${name} keeps mode, owner, group, access control list and extended attributes`, (t) => {
    for (const mode of [0o600, 0o640, 0o4751, 0o2664, 0o444]) {
      const path = join(folder(t), 'a.npy')
      save(path, array([1]))
      chownSync(path, 1234, 4000)
      chmodSync(path, mode)
      const inode = statSync(path).ino
      replace(path)
      const now = statSync(path)
      if (name !== 'append to a header without space') t.not(now.ino, inode)
      // A store to the old file itself takes the bits that run it as another user.
      const kept = name.startsWith('append') ? mode & 0o1777 : mode
      t.deepEqual(
        [now.uid, now.gid, now.mode & 0o7777 & (name.startsWith('append') ? 0o1777 : 0o7777)],
        [1234, 4000, kept],
      )
    }
    const path = join(folder(t), 'b.npy')
    save(path, array([1]))
    chownSync(path, 0, 4000)
    chmodSync(path, 0o600)
    const list = accessList([1, 6], [2, 6, 1234], [4, 0], [16, 6], [32, 0])
    if (!setAttribute(path, 'system.posix_acl_access', list) || !setAttribute(path, 'user.k', Buffer.from('v'))) {
      return t.pass('no attributes here')
    }
    const before = statSync(path)
    replace(path)
    t.is(attribute(path, 'system.posix_acl_access'), list.toString('hex'))
    t.is(attribute(path, 'user.k'), Buffer.from('v').toString('hex'))
    t.deepEqual([bits(path), statSync(path).gid], [before.mode & 0o7777, 4000])
    const canRead = (user: number, group: number): boolean =>
      spawnSync('setpriv', [`--reuid=${user}`, `--regid=${group}`, '--clear-groups', 'test', '-r', path]).status === 0
    if (spawnSync('setpriv', ['--version']).status !== 0) return
    chmodSync(join(path, '..'), 0o755)
    t.deepEqual([canRead(4242, 4000), canRead(1234, 1234)], [false, true])
  })
}

asRoot('a list that the folder gives to new files does not reach a file that had none', (t) => {
  const at = folder(t)
  const path = join(at, 'a.npy')
  save(path, array([1]))
  chmodSync(path, 0o640)
  const list = accessList([1, 7], [2, 7, 1234], [4, 5], [16, 7], [32, 5])
  if (!setAttribute(at, 'system.posix_acl_default', list)) return t.pass('no attributes here')
  save(path, array([2]))
  t.is(attribute(path, 'system.posix_acl_access'), null)
  t.is(bits(path), 0o640)
})

linux('nobody but the owner can open the new file before it is complete', async (t) => {
  const at = folder(t)
  const path = join(at, 'a.npy')
  save(path, array([1]))
  chmodSync(path, 0o600)
  const watcher = new Worker(
    `const { readdirSync, statSync } = require('node:fs')
     const { parentPort, workerData } = require('node:worker_threads')
     const modes = new Set()
     let done = false
     parentPort.once('message', () => { done = true })
     parentPort.postMessage('ready')
     const look = () => {
       for (let i = 0; i < 50; i++)
         for (const name of readdirSync(workerData))
           if (name.endsWith('.tmp')) try { modes.add(statSync(workerData + '/' + name).mode & 0o7777) } catch {}
       if (done) parentPort.postMessage([...modes])
       else setImmediate(look)
     }
     look()`,
    { eval: true, workerData: at },
  )
  await new Promise((resolve) => watcher.once('message', resolve))
  for (let i = 0; i < 5; i++) save(path, zeros([1 << 25], { dtype: 'uint8' }))
  const modes = new Promise<number[]>((resolve) => watcher.once('message', resolve))
  watcher.postMessage('done')
  const found = await modes
  await watcher.terminate()
  t.true(found.length > 0)
  t.deepEqual(
    found.filter((mode) => (mode & 0o077) !== 0),
    [],
  )
  t.is(bits(path), 0o600)
})

test('a new file has the mode that the process gives to new files', (t) => {
  const at = folder(t)
  writeFileSync(join(at, 'plain'), '')
  save(join(at, 'a.npy'), [1])
  savez(join(at, 'a.npz'), { x: [1] })
  t.deepEqual([bits(join(at, 'a.npy')), bits(join(at, 'a.npz'))], [bits(join(at, 'plain')), bits(join(at, 'plain'))])
})

/** Runs a program as a user without rights; returns what it printed and warned of. */
function asNobody(program: string): { stdout: string; stderr: string } {
  const index = JSON.stringify(new URL('../../../dist/index.js', import.meta.url).href)
  const whole = `process.setgroups([]); process.setgid(65534); process.setuid(65534)
    const { save, openMemmap, array } = await import(${index})
    ${program}`
  const env = { ...process.env, NODE_NO_WARNINGS: '', NODE_COMPILE_CACHE: '' }
  return spawnSync(NODE[0], [...NODE.slice(1), '--input-type=module', '-e', whole], { encoding: 'utf8', env })
}

asRoot('a process that may not keep the owner and group takes the access of the group away, and says so', (t) => {
  const at = folder(t)
  chmodSync(at, 0o777)
  const path = join(at, 'a.npy')
  save(path, array([1]))
  chmodSync(path, 0o6676)
  const { stderr } = asNobody(`save(${JSON.stringify(path)}, array([2]))`)
  t.regex(stderr, /MEMMAP_ATTRIBUTES/)
  t.regex(stderr, /without what the old one had: group, owner/)
  t.deepEqual([statSync(path).uid, statSync(path).gid, bits(path)], [65534, 65534, 0o606])
})

asRoot('a file that cannot be replaced stays as it is, and the error names the way out', (t) => {
  const at = folder(t)
  const path = join(at, 'a.npy')
  save(path, array([1]))
  chmodSync(path, 0o666)
  chmodSync(at, 0o755)
  const { stdout } = asNobody(
    `try { save(${JSON.stringify(path)}, array([2])) } catch (error) { console.log(error.code, error.message) }
     const a = openMemmap(${JSON.stringify(path)}); a.assign([2]); a.close()`,
  )
  t.regex(stdout, /^EACCES .*which is unchanged.*store into the file itself with openMemmap\(\)/)
  t.is(load(path as 'a.npy').get(0), 2)
  t.deepEqual(readdirSync(at), ['a.npy'])

  const source = join(at, 'source')
  const mounted = join(at, 'mounted')
  mkdirSync(source)
  save(join(source, 'b.npy'), array([1]))
  writeFileSync(mounted, '')
  if (spawnSync('mount', ['--bind', join(source, 'b.npy'), mounted]).status !== 0) return
  const before = readFileSync(mounted)
  try {
    t.throws(() => save(mounted, array([2])), { instanceOf: MemmapError, code: 'EBUSY', message: /openMemmap\(\)/ })
    t.deepEqual(readFileSync(mounted), before)
  } finally {
    spawnSync('umount', [mounted])
  }
  t.deepEqual(readdirSync(at).toSorted(), ['a.npy', 'mounted', 'source'])
})

test('another hard link keeps the old bytes, and a symbolic link leads to the new ones', (t) => {
  const at = folder(t)
  const path = join(at, 'a.npy')
  save(path, array([1]))
  linkSync(path, join(at, 'hard.npy'))
  if (process.platform !== 'win32') symlinkSync('a.npy', join(at, 'soft.npy'))
  save(path, array([2]))
  t.is(load(join(at, 'hard.npy') as 'a.npy').get(0), 1)
  if (existsSync(join(at, 'soft.npy'))) t.is(load(join(at, 'soft.npy') as 'a.npy').get(0), 2)
})
