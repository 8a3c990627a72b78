/** The files that the command reads and writes: several at once, standard input and output, formats by endings, what is in the way. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { decode } from 'fast-png'
import { array, load, memmap, save, savez, zeros } from '../lib/index.js'
import type { NDArray, NpzFile } from '../lib/index.js'
import { replacing } from '../lib/files/replace-file.js'
import { COMMAND, manyIn, memmapIn, piped, wordsOf } from './support/cli.js'
import type { Ended } from './support/cli.js'
import { folder } from './support/files.js'
import { live } from './support/live.js'
import { NODE } from './support/node.js'
import { linux, posix } from './support/platform.js'
import { zip } from './support/zip.js'

const ESCAPE = '\u001B'

/** A folder with some files. */
function place(t: ExecutionContext): { at: string; many: (...lines: string[]) => Ended[] } {
  const at = folder(t)
  save(join(at, 'a.npy'), array([[1, 2.5], [-3, Number.NaN]])) // prettier-ignore
  save(join(at, 'b.npy'), array([1n, 2n]))
  savez(join(at, 'two.npz'), { x: array([1, 2], { dtype: 'float32' }), y: array([3n]) })
  savez(join(at, 'other.npz'), { x: array([1, 4], { dtype: 'float32' }), z: array([3n]) })
  savez(join(at, 'one.npz'), { only: array([1, 2]) })
  writeFileSync(join(at, 'raw.f4'), Buffer.from(Float32Array.of(1, 2, 3).buffer))
  return { at, many: (...lines) => manyIn(at, lines.map(wordsOf)) }
}

const jsonLines = (out: string): Record<string, unknown>[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

test('info, stats and check do every file, and return the worst exit code', (t) => {
  const { many } = place(t)
  const [info, infoJson, stats, statsJson, check, checkJson, one, raw] = many(
    'info a.npy missing.npy two.npz raw.f4',
    'info a.npy missing.npy two.npz --json',
    'stats a.npy missing.npy two.npz:y b.npy',
    'stats two.npz a.npy --json --bins 3',
    'check a.npy missing.npy b.npy two.npz --max 2',
    'check b.npy two.npz --max 3 --json',
    'stats b.npy --json',
    'stats a.npy raw.f4 --dtype f4 --json',
  ) as [Ended, Ended, Ended, Ended, Ended, Ended, Ended, Ended]
  t.is(info.code, 2)
  t.regex(info.err, /^memmap: ENOENT[^\n]*missing\.npy[^\n]*\n$/)
  t.is(
    info.out,
    'file       format  dtype  shape   order  bytes\n' +
      'a.npy      npy     <f8    (2, 2)  C         32\n' +
      'two.npz:x  npz     <f4    (2,)    C          8\n' +
      'two.npz:y  npz     <i8    (1,)    C          8\n' +
      'raw.f4     raw     |u1    (12,)   C         12\n',
  )
  t.is(infoJson.code, 2)
  t.deepEqual(
    jsonLines(infoJson.out).map(({ file }) => file),
    ['a.npy', 'two.npz'],
  )
  t.is(stats.code, 2)
  t.is(
    stats.out,
    'file       dtype    shape   min   max                 mean                 std  median  NaN  infinite\n' +
      'a.npy      float64  (2, 2)  -3.0  2.5  0.16666666666666666  2.3213980461973533     1.0    1         0\n' +
      'two.npz:y  int64    (1,)    3       3                  3.0                 0.0     3.0    0         0\n' +
      'b.npy      int64    (2,)    1       2                  1.5                 0.5     1.5    0         0\n',
  )
  t.deepEqual(
    jsonLines(statsJson.out).map(({ file, max }) => [file, max]),
    [
      ['two.npz:x', 2],
      ['two.npz:y', 3],
      ['a.npy', 2.5],
    ],
  )
  t.is(check.code, 2)
  t.regex(
    check.out,
    /^a\.npy: element \[0, 1\] is 2\.5[^\n]*\nb\.npy: ok\ntwo\.npz:x: ok\ntwo\.npz:y: element \[0\] is 3[^\n]*\n$/,
  )
  t.regex(check.err, /^memmap: [^\n]*missing\.npy[^\n]*\n$/)
  t.is(checkJson.code, 0)
  t.deepEqual(
    jsonLines(checkJson.out).map(({ file, ok }) => [file, ok]),
    [
      ['b.npy', true],
      ['two.npz:x', true],
      ['two.npz:y', true],
    ],
  )
  t.is(one.out.split('\n').length, 2)
  t.deepEqual(
    jsonLines(raw.out).map(({ dtype, count }) => [dtype, count]),
    [
      ['<f8', 4],
      ['<f4', 3],
    ],
  )
})

test('diff compares archives by member, and members of one side differ', (t) => {
  const { many } = place(t)
  const [same, differ, json, whole, github] = many(
    'diff two.npz two.npz',
    'diff two.npz other.npz',
    'diff two.npz other.npz --json',
    'diff one.npz a.npy',
    'diff two.npz other.npz --format github',
  ) as [Ended, Ended, Ended, Ended, Ended]
  t.deepEqual(same, { code: 0, out: 'x: equal, 2 elements\ny: equal, 1 elements\n', err: '' })
  t.is(differ.code, 1)
  t.is(
    differ.out,
    'x: 1 of 2 elements differ (50 %), the first at [1]: 2.0 and 4.0\ny: only in two.npz\nz: only in other.npz\n',
  )
  const found = JSON.parse(json.out) as { equal: boolean; members: Record<string, unknown>[] }
  t.false(found.equal)
  t.like(found.members, [
    { name: 'x', equal: false, differing: 1 },
    { name: 'y', equal: false, only: 'a' },
    { name: 'z', equal: false, only: 'b' },
  ])
  t.regex(whole.out, /the shapes differ: \(2,\) and \(2, 2\)/)
  t.is(github.out.match(/^::error file=two\.npz,title=memmap diff::/gm)?.length, 3)
})

test('members with odd names, and ones that are no arrays', (t) => {
  const { at } = place(t)
  const npy = readFileSync(join(at, 'b.npy'))
  const names = [`a${ESCAPE}[31m\n`, 'b:c', 'd e', '..', '']
  const members = [
    ...names.map((name) => ({ name: `${name}.npy`, data: npy })),
    { name: 'readme', data: Buffer.from('hello') },
  ]
  writeFileSync(join(at, 'odd.npz'), zip(members as Parameters<typeof zip>[0]))
  const [stats, check, diff, info, one] = manyIn(at, [
    ['stats', 'odd.npz', '--json'],
    ['check', 'odd.npz'],
    ['diff', 'odd.npz', 'odd.npz'],
    ['info', 'odd.npz', 'b.npy'],
    ['stats', 'odd.npz:b:c', '--json'],
  ]) as [Ended, Ended, Ended, Ended, Ended]
  for (const { code, err } of [stats, check, diff]) {
    t.is(code, 2)
    t.regex(err, /^memmap: odd\.npz[^\n]*readme[^\n]*not an array[^\n]*\n$/)
  }
  t.deepEqual(
    jsonLines(stats.out).map(({ file }) => file),
    names.map((name) => `odd.npz:${name}`),
  )
  t.is(check.out.split('\n').length, 6)
  t.regex(check.out, /^odd\.npz:a\\x1b\[31m\\n: ok\n/)
  t.regex(diff.out, /^a\\x1b\[31m\\n: equal, 2 elements\nb:c: equal/)
  t.is(info.code, 0)
  t.is(one.code, 0)
  t.is(
    [stats, check, diff, info].some(({ out, err }) => `${out}${err}`.includes(ESCAPE)),
    false,
  )
})

test('- is standard input', async (t) => {
  const { at } = place(t)
  const [a, two, raw] = ['a.npy', 'two.npz', 'raw.f4'].map((name) => readFileSync(join(at, name))) as [
    Buffer,
    Buffer,
    Buffer,
  ]
  const runs = await Promise.all([
    piped(at, ['info', '-', '--json'], a),
    piped(at, ['stats', '-', '--json', '--dtype', 'f4'], raw),
    piped(at, ['show', '-:y'], two),
    piped(at, ['check', '-', 'b.npy'], two),
    piped(at, ['diff', '-', 'a.npy'], a),
    piped(at, ['convert', '-', 'from.csv'], a),
    piped(at, ['show', '-'], two),
    piped(at, ['stats', '-'], raw),
    piped(at, ['info', '-', '-'], a),
    piped(at, ['info', '-'], a.subarray(0, 100)),
    piped(at, ['check', '-', 'b.npy'], ''),
  ])
  t.deepEqual(
    runs.map(({ code }) => code),
    [0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2],
    runs.map(({ err }) => err).join(''),
  )
  t.like(JSON.parse(runs[0].out), { file: '-', format: 'npy', shape: [2, 2], fileSize: a.length })
  t.like(JSON.parse(runs[1].out), { file: '-', max: 3 })
  t.is(runs[2].out, '[3]\n')
  t.is(runs[3].out, '-:x: ok\n-:y: ok\nb.npy: ok\n')
  t.is(readFileSync(join(at, 'from.csv'), 'utf8'), '1.0,2.5\n-3.0,nan\n')
  t.regex(runs[6].err, /as in '-:x'/)
  t.regex(runs[7].err, /--dtype/)
  t.regex(runs[8].err, /standard input can be read once/)
  t.regex(runs[9].err, /^memmap: -: [^\n]*it ends before/)
  t.regex(runs[10].err, /standard input is empty/)
  t.is(runs[10].out, 'b.npy: ok\n')
})

test('convert writes every format to standard output', async (t) => {
  const { at } = place(t)
  const formats = ['npy', 'raw', 'npz', 'csv', 'txt', 'png'] as const
  const [npy, raw, npz, csv, txt, png, turned] = (await Promise.all([
    piped(at, ['convert', 'a.npy', '-']),
    ...formats.slice(1).map((format) => piped(at, ['convert', 'a.npy', '-', '--to', format])),
    piped(at, ['convert', 'a.npy', '-', '--to-order', 'F', '--to-dtype', '>f4']),
  ])) as Awaited<ReturnType<typeof piped>>[] as [Piped, Piped, Piped, Piped, Piped, Piped, Piped]
  t.deepEqual(npy.bytes, readFileSync(join(at, 'a.npy')))
  t.deepEqual(raw.bytes, npy.bytes.subarray(-32))
  const { files } = load(npz.bytes) as NpzFile
  t.deepEqual(files, ['arr_0'])
  t.is(csv.out, '1.0,2.5\n-3.0,nan\n')
  t.is(txt.out, '1.0 2.5\n-3.0 nan\n')
  t.is(decode(png.bytes).height, 512)
  const f = load(turned.bytes) as NDArray
  t.is(f.dtype.str, '>f4')
  t.true(f.flags.fContiguous && !f.flags.cContiguous)
  t.is(f.get(0, 1), 2.5)
  for (const { err } of [npy, raw, npz, csv, txt, png, turned]) t.is(err, '')
})

type Piped = Awaited<ReturnType<typeof piped>>

test('the ending of the output says its format', (t) => {
  const { at, many } = place(t)
  const wrong: [line: string, message: RegExp][] = [
    ['convert a.npy x.out', /ending \.out says no format[^\n]*--raw/],
    ['convert a.npy x', /no ending[^\n]*--raw/],
    ['convert a.npy x.safetensors', /does not write \.safetensors/],
    ['convert a.npy x.csv --raw', /its ending says csv/],
    ['convert a.npy x.csv --byte-order big', /--byte-order/],
    ['convert a.npy x.png --dtype f4', /--dtype/],
    ['convert two.npz x.npy', /name one/],
    ['convert a.npy x.npy --name y', /--name/],
    ['create x.bin --shape 2', /--raw/],
    ['create - --shape 2', /create writes a file/],
    ['show a.npy --image x.jpg', /end its name in \.png/],
    ['convert a.npy - --json', /--json/],
  ]
  many(...wrong.map(([line]) => line)).forEach(({ code, out, err }, at_) => {
    const [line, message] = wrong[at_] as [string, RegExp]
    t.is(code, 2, line)
    t.is(out, '')
    t.regex(err, message)
    t.regex(err, /^memmap: [^\n]+\n$/)
  })
  t.deepEqual(
    readdirSync(at).filter((name) => name.startsWith('x') || name.includes('tmp')),
    [],
  )
  const right = many(
    'convert a.npy x.out --raw',
    'convert a.npy X.NPZ --name y --dtype f4',
    'convert two.npz all.npz --byte-order big',
    'convert two.npz:x own.npz',
    'convert a.npy x.png',
    'convert a.npy x.csv --dtype i2',
    'create c.csv --shape 2,3 --fill 7 --dtype i4',
    'create c.npz --shape 2,3 --fill 7 --dtype i4',
  )
  t.deepEqual(right.map(({ code, err }) => [code, err]), right.map(() => [0, ''])) // prettier-ignore
  t.is(readFileSync(join(at, 'x.out')).length, 32)
  t.deepEqual((load(join(at, 'X.NPZ')) as NpzFile).files, ['y'])
  const all = load(join(at, 'all.npz')) as NpzFile
  t.deepEqual(all.files, ['x', 'y'])
  t.is(all.get('x').dtype.str, '>f4')
  t.is(all.get('y').get(0), 3n)
  t.true(all.get('x', { mmapMode: 'r' }).flags.aligned)
  t.deepEqual((load(join(at, 'own.npz')) as NpzFile).files, ['x'])
  t.is(readFileSync(join(at, 'c.csv'), 'utf8'), '7,7,7\n7,7,7\n')
  t.deepEqual((load(join(at, 'c.npz')) as NpzFile).get('arr_0').toArray(), [[7, 7, 7], [7, 7, 7]]) // prettier-ignore
})

test('an existing file is replaced with --force only', (t) => {
  const { at, many } = place(t)
  const names = ['x.npy', 'x.npz', 'x.csv', 'x.png', 'x.out']
  for (const name of names) writeFileSync(join(at, name), 'before')
  const lines = [
    ...names.map((name) => `convert a.npy ${name}${name === 'x.out' ? ' --raw' : ''}`),
    'convert a.npy a.npy --dtype f4',
    'create x.npy --shape 2',
    'show a.npy --image x.png',
  ]
  many(...lines).forEach(({ code, err }, line) => {
    t.is(code, 2, lines[line])
    t.regex(err, /^memmap: invalid output file '[^']+': it exists; add --force to replace it, or name another file\n$/)
  })
  for (const name of names) t.is(readFileSync(join(at, name), 'utf8'), 'before')
  const forced = many(...lines.map((line) => `${line} --force`))
  t.deepEqual(forced.map(({ code, err }) => [code, err]), lines.map(() => [0, ''])) // prettier-ignore
})

test('a file that appears meanwhile is not replaced', (t) => {
  const at = folder(t)
  const path = join(at, 'x.npy')
  const { temporary, finish, undo } = replacing(path, 'test', true)
  writeFileSync(temporary, 'new')
  writeFileSync(path, 'of another')
  const error = t.throws(() => {
    try {
      finish()
    } catch (cause) {
      throw undo(cause)
    }
  })
  t.is((error as NodeJS.ErrnoException).code, 'EEXIST')
  t.is(readFileSync(path, 'utf8'), 'of another')
  t.deepEqual(readdirSync(at), ['x.npy'])
})

test('compressed and .safetensors files are named, with the way out', (t) => {
  const { at, many } = place(t)
  const magic = (hex: string): Buffer => Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(40)])
  writeFileSync(join(at, 'a.npy.gz'), gzipSync(readFileSync(join(at, 'a.npy'))))
  writeFileSync(join(at, 'packed.npy'), gzipSync(readFileSync(join(at, 'a.npy'))))
  writeFileSync(join(at, 'a.bz2'), magic('425a6839314159265359'))
  writeFileSync(join(at, 'a b.xz'), magic('fd377a585a00'))
  writeFileSync(join(at, 'a.zst'), magic('28b52ffd'))
  const header = Buffer.from('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}')
  const length = Buffer.alloc(8)
  length.writeUInt32LE(header.length)
  writeFileSync(join(at, 'w.bin'), Buffer.concat([length, header, Buffer.alloc(4)]))
  writeFileSync(join(at, 'w.safetensors'), '')
  const expected: [line: string, message: RegExp][] = [
    ['info a.npy.gz', /compressed \(gzip\)[^\n]*gunzip -c a\.npy\.gz \| memmap info -/],
    ['stats packed.npy', /gunzip -c packed\.npy/],
    ['stats a.bz2', /bzip2[^\n]*bunzip2 -c a\.bz2 \| memmap stats -/],
    ["info 'a b.xz'", /xz -dc 'a b\.xz' \| memmap info -/],
    ['show a.zst', /zstd -dc a\.zst/],
    ['info w.bin', /\.safetensors file[^\n]*--offset/],
    ['info w.safetensors', /\.safetensors file/],
  ]
  many(...expected.map(([line]) => line)).forEach(({ code, out, err }, number) => {
    const [line, message] = expected[number] as [string, RegExp]
    t.is(code, 2, line)
    t.is(out, '')
    t.regex(err, message)
  })
  t.is(many('info a.bz2 --dtype u1')[0]?.code, 0)
})

posix('names what a killed convert left, and leaves it there', async (t) => {
  const { at } = place(t)
  memmap(join(at, 'large.f8'), { mode: 'w+', dtype: 'float64', shape: [4096, 8192], sparse: true }).close()
  const [node, ...before] = NODE
  const raw = ['--dtype', 'f8', '--shape', '4096,8192', '--to-order', 'F']
  const running = spawn(node, [...before, COMMAND, 'convert', 'large.f8', 'out.npy', ...raw], {
    cwd: at,
    stdio: 'ignore',
  })
  const ended = once(running, 'exit')
  const left = (): string[] => readdirSync(at).filter((name) => name.endsWith('.tmp'))
  while (left().length === 0 && running.exitCode === null) await wait(1)
  // While it runs, its file is no leftover.
  const meanwhile = memmapIn(at, ['create', 'small.npy', '--shape', '2'])
  const wasAlive = running.exitCode === null
  running.kill('SIGKILL')
  await ended
  if (wasAlive) t.is(meanwhile.err, '')
  const [name] = left()
  if (name === undefined) return t.pass('it was quicker')
  const { code, out, err } = memmapIn(at, ['convert', 'a.npy', 'next.npy'])
  t.is(code, 0)
  t.regex(out, /^next\.npy/)
  t.is(err.trim().split('\n').length, 1)
  t.true(err.includes(name) && err.includes(`rm ${name}`) && /[\d,]+ bytes/.test(err), err)
  t.true(existsSync(join(at, name)))
})

linux('a full standard output is one line on stderr', (t) => {
  const { at } = place(t)
  const command = [...NODE, COMMAND].map((part) => `'${part}'`).join(' ')
  const lines = [
    'info a.npy',
    'info a.npy b.npy',
    'show a.npy',
    'stats a.npy --json',
    'stats a.npy b.npy',
    'check a.npy b.npy',
    'diff a.npy a.npy',
    'convert a.npy -',
    'convert a.npy new.npy',
    '--help',
    'help show',
    '--version',
    'completion bash',
  ]
  const script = lines
    .map((line, at_) => `(${command} ${line} > /dev/full 2> err${at_}; echo $? > code${at_}) &`)
    .join('\n')
  execFileSync('sh', ['-c', `${script}\nwait`], { cwd: at })
  lines.forEach((line, at_) => {
    t.is(readFileSync(join(at, `code${at_}`), 'utf8'), '2\n', line)
    t.regex(
      readFileSync(join(at, `err${at_}`), 'utf8'),
      /^memmap: standard output cannot be written: ENOSPC[^\n]*\n$/,
      line,
    )
  })
})

posix('show prints the first lines of a large array at once', (t) => {
  const at = folder(t)
  memmap(join(at, 'large.f4'), { mode: 'w+', dtype: 'float32', shape: [40_000_000], sparse: true }).close()
  const command = [...NODE, COMMAND].map((part) => `'${part}'`).join(' ')
  const line = `${command} show large.f4 --dtype f4 --shape -1,4 --threshold 1000000000 | head -n 2`
  const start = performance.now()
  const { stdout, stderr } = spawnSync('sh', ['-c', line], { cwd: at, encoding: 'utf8' })
  t.is(stdout, '[[0. 0. 0. 0.]\n [0. 0. 0. 0.]\n')
  t.is(stderr, '')
  t.true(performance.now() - start < 30_000)
})

/** Arrays of every kind that text can hold, and how NumPy reads them back. */
const LOAD = `
import io, json, sys
import numpy as np
q = json.load(sys.stdin)
wrong = []
for name, dtype in q['plain']:
    a = np.load(q['at'] + '/' + name + '.npy')
    for ending, delimiter in ('csv', ','), ('txt', None):
        path = q['at'] + '/' + name + '.' + ending
        b = np.loadtxt(path, dtype=a.dtype if a.dtype.kind != 'b' else str, delimiter=delimiter, ndmin=0, quotechar='"', encoding='utf-8', comments=None)
        if a.dtype.kind == 'b': b = b == 'True'
        b = b.reshape(a.shape)
        if not (b.dtype == a.dtype or a.dtype.kind == 'b') or b.astype(a.dtype).tobytes() != np.ascontiguousarray(a).tobytes() and not np.array_equal(a, b, equal_nan=a.dtype.kind in 'fcmM'):
            wrong.append([name, ending, repr(a), repr(b)])
        if a.dtype.kind in 'fib' and a.size:
            c = np.genfromtxt(path, dtype=a.dtype, delimiter=delimiter).reshape(a.shape)
            if not np.array_equal(a, c, equal_nan=a.dtype.kind == 'f'): wrong.append([name, 'genfromtxt', ending, repr(a), repr(c)])
r = np.load(q['at'] + '/records.npy')
for ending, delimiter in ('csv', ','), ('txt', None):
    path = q['at'] + '/records.' + ending
    c = np.genfromtxt(path, names=True, delimiter=delimiter, dtype=[('x', '<f4'), ('n', '<i8'), ('s', '<U8')], encoding='utf-8')
    if c.dtype.names != ('x', 'n', 's') or not (np.array_equal(c['x'], r['x'], equal_nan=True) and np.array_equal(c['n'], r['n'])): wrong.append(['records', ending, repr(c)])
import csv
rows = list(csv.reader(open(q['at'] + '/text.csv', newline='', encoding='utf-8')))
if [row[0] for row in rows] != np.load(q['at'] + '/text.npy').tolist(): wrong.append(['csv', rows])
json.dump(wrong, sys.stdout)
`

live('NumPy reads .csv and .txt files as the same values', (t, python) => {
  const at = folder(t)
  const floats = [0, -0, 0.1, 1 / 3, 1e-7, 1e300, -1.5e-320, 2 ** 53, 123456789.125, Number.NaN, Infinity, -Infinity]
  const singles = [...floats.map(Math.fround), 16777216, 3.4028234663852886e38, 1.401298464324817e-45, 0.1]
  const halves = [0.1, 65504, 6e-8, -0, 1 / 3, Number.NaN, -Infinity, 2048]
  const plain: [name: string, array: unknown][] = [
    ['f8', array([floats, floats])],
    ['f4', array(singles, { dtype: 'float32' })],
    ['f2', array([halves], { dtype: '>f2' })],
    ['one', array(0.1)],
    ['u8', array([0n, 2n ** 64n - 1n], { dtype: 'uint64' })],
    ['i8', array([[-(2n ** 63n), 2n ** 63n - 1n]], { dtype: '>i8' })],
    ['b1', array([[true, false], [false, true]])], // prettier-ignore
    ['c16', array([{ re: 1, im: -2.5 }, { re: -0.1, im: 1e30 }, { re: Number.NaN, im: Infinity }], { dtype: 'complex128' })], // prettier-ignore
    ['c8', array([{ re: 0.1, im: -0 }], { dtype: 'complex64' })],
    ['day', array(['2020-01-31', '1969-12-31', 'NaT'], { dtype: 'M8[D]' })],
    ['us', array([['2020-01-31T23:59:59.000001', '0001-01-01']], { dtype: 'M8[us]' })],
    ['span', array([5n, -7n], { dtype: 'm8[s]' })],
    ['text', array(['plain', 'a,b', 'say "x"', ' padded ', '# no comment', '', 'ünï', 'two\nlines'])],
    ['S', array(['ab', 'c d'], { dtype: 'S3' })],
    ['turned', (array([[1, 2, 3], [4, 5, 6]]) as NDArray).T], // prettier-ignore
  ]
  const records = array(
    [
      { x: 0.1, n: 5n, s: 'a' },
      { x: Number.NaN, n: -7n, s: 'b' },
    ],
    { dtype: [['x', '<f4'], ['n', '<i8'], ['s', 'U8']] }, // prettier-ignore
  )
  for (const [name, value] of [...plain, ['records', records] as const]) save(join(at, `${name}.npy`), value)
  const names = [...plain.map(([name]) => name), 'records']
  const ended = manyIn(
    at,
    names.flatMap((name) => ['csv', 'txt'].map((ending) => ['convert', `${name}.npy`, `${name}.${ending}`])),
  )
  t.deepEqual(ended.filter(({ code }) => code !== 0), []) // prettier-ignore
  const { stdout, stderr } = spawnSync(python, ['-c', LOAD], {
    input: JSON.stringify({ at, plain: plain.map(([name]) => [name, '']) }),
    encoding: 'utf8',
  })
  t.deepEqual(JSON.parse(stdout === '' ? `[${JSON.stringify(stderr)}]` : stdout), [])
  t.is(readFileSync(join(at, 'records.csv'), 'utf8'), 'x,n,s\n0.1,5,a\nnan,-7,b\n')
  t.is(readFileSync(join(at, 'records.txt'), 'utf8'), '# x n s\n0.1 5 a\nnan -7 b\n')
  t.is(readFileSync(join(at, 'b1.csv'), 'utf8'), 'True,False\nFalse,True\n')
})

test('text of nested records, sub-arrays, empty arrays and several axes', (t) => {
  const { at, many } = place(t)
  const nested = [['p', [['q', 'i1'], ['r', 'i1', [2]]]], ['s', 'U2']] // prettier-ignore
  save(join(at, 'nested.npy'), array([{ p: { q: 1, r: [2, 3] }, s: 'x' }], { dtype: nested as never }))
  save(join(at, 'none.npy'), zeros([0, 3]))
  save(join(at, 'rows.npy'), zeros([2, 0]))
  save(join(at, 'cube.npy'), zeros([2, 2, 2]))
  save(join(at, 'void.npy'), array([new Uint8Array(2)], { dtype: 'V2' }))
  const ended = many(
    'convert nested.npy nested.csv',
    'convert none.npy none.csv',
    'convert rows.npy rows.csv',
    'convert cube.npy cube.csv',
    'convert void.npy void.txt',
  )
  t.deepEqual(
    ended.map(({ code }) => code),
    [0, 0, 0, 2, 2],
  )
  t.is(readFileSync(join(at, 'nested.csv'), 'utf8'), 'p.q,p.r[0],p.r[1],s\n1,2,3,x\n')
  t.is(readFileSync(join(at, 'none.csv'), 'utf8'), '')
  t.is(readFileSync(join(at, 'rows.csv'), 'utf8'), '\n\n')
  t.regex(ended[3]?.err ?? '', /at most two axes/)
  t.regex(ended[4]?.err ?? '', /raw bytes/)
})
