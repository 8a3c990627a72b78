/**
 * Processes that Node permits less: no native code, no files, no current folder.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { fileOf, folder } from './support/files.js'
import { NODE } from './support/node.js'

const INDEX = new URL('../../../dist/index.js', import.meta.url).href
const [major = 0] = process.versions.node.split('.').map(Number)
// Node 20 has the model under another name.
const permitted = major >= 22 && NODE.length === 1 && process.versions['bun'] === undefined ? test : test.skip

/** Runs a program of lines that each print a code, with the permissions. */
function run(permissions: readonly string[], program: string): string {
  const whole = `let mm; try { mm = await import(${JSON.stringify(INDEX)}) } catch (error) { console.log(error.code, error.message); process.exit() }
    const attempt = (work) => { try { work(); console.log('done') } catch (error) { console.log(error.code, error instanceof mm.MemmapError, error.message) } }
    ${program}`
  const env = { ...process.env, NODE_NO_WARNINGS: '1' }
  const { stdout, stderr } = spawnSync(
    NODE[0],
    [...NODE.slice(1), ...permissions, '--input-type=module', '-e', whole],
    { encoding: 'utf8', env },
  )
  return stdout + stderr
}

permitted('without --allow-addons, the error names it', (t) => {
  t.regex(run(['--permission', '--allow-fs-read=*'], ''), /^ERR_MEMMAP_NATIVE_MISSING .*--allow-addons/)
})

permitted('without a permission for a file, the file is not opened, and the error names the permission', (t) => {
  const path = fileOf(t, Buffer.alloc(64, 7))
  const name = JSON.stringify(path)
  const reading = run(
    ['--permission', '--allow-fs-read=*', '--allow-addons'],
    `for (const mode of ['r', 'c', 'r+', 'w+']) attempt(() => mm.memmap(${name}, { mode, shape: [8] }))
     attempt(() => mm.save(${name}, [1]))
     attempt(() => mm.openMemmap(${name} + '.npy', { mode: 'w+', shape: [3] }))`,
  ).split('\n')
  t.deepEqual(reading.slice(0, 2), ['done', 'done'])
  for (const line of reading.slice(2, 6)) t.regex(line, /^ERR_ACCESS_DENIED true .*--allow-fs-write/)
  t.deepEqual(readFileSync(path), Buffer.alloc(64, 7))
  t.is(statSync(`${path}.npy`, { throwIfNoEntry: false }), undefined)
})

test('a relative path where the current folder was removed is an error with a code', (t) => {
  if (process.platform === 'win32') return t.pass('Windows removes no current folder')
  const at = join(folder(t), 'gone')
  const output = run(
    [],
    `const { mkdirSync, rmdirSync } = await import('node:fs')
     mkdirSync(${JSON.stringify(at)}); process.chdir(${JSON.stringify(at)}); rmdirSync(${JSON.stringify(at)})
     for (const work of [() => mm.memmap('a.bin'), () => mm.save('a.npy', [1]), () => mm.load('a.npy')]) attempt(work)`,
  )
  t.deepEqual(
    output
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ').slice(0, 2).join(' ')),
    ['ENOENT true', 'ENOENT true', 'ENOENT true'],
  )
})
