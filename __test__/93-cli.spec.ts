/** The installed command: every subcommand, its exit codes and its usage errors. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { decode } from 'fast-png'
import { array, load, memmap, openMemmap, save, savez } from '../lib/index.js'
import { COMMAND, manyIn, memmapIn, wordsOf } from './support/cli.js'
import type { Ended } from './support/cli.js'
import { folder } from './support/files.js'
import { NODE } from './support/node.js'
import { linking, onOneVersion, posix } from './support/platform.js'

/** Colours and cursor movements. */
const ESCAPE = '\u001B'

/** A folder with some files, and the command in it. */
function place(t: ExecutionContext): { at: string; run: (line: string) => ReturnType<typeof memmapIn> } {
  const at = folder(t)
  const grid = array(
    [0, 1, 2].map((row) => [0, 1, 2, 3].map((column) => 4 * row + column)),
    { dtype: 'float32' },
  )
  save(join(at, 'grid.npy'), grid)
  save(join(at, 'f.npy'), grid.copy({ order: 'F' }))
  save(
    join(at, 'nan.npy'),
    array([
      [1, Number.NaN],
      [Infinity, -2],
    ]),
  )
  savez(join(at, 'two.npz'), { x: grid, y: array([1n, 2n]) })
  savez(join(at, 'one.npz'), { only: grid })
  writeFileSync(join(at, 'grid.f4'), grid.bytes)
  return { at, run: (line) => memmapIn(at, wordsOf(line)) }
}

test('info describes a file', (t) => {
  const { run } = place(t)
  const json = (line: string): Record<string, unknown> => JSON.parse(run(line).out) as Record<string, unknown>
  t.like(json('info grid.npy --json'), {
    format: 'npy',
    version: '1.0',
    dtype: '<f4',
    shape: [3, 4],
    order: 'C',
    offset: 128,
    bytes: 48,
    fileSize: 176,
  })
  t.like(json('info f.npy --json'), { order: 'F', shape: [3, 4] })
  t.like(json('info grid.f4 --dtype <f4 --shape 3,4 --json'), {
    format: 'raw',
    version: null,
    shape: [3, 4],
    offset: 0,
  })
  t.like(json('info grid.f4 --json'), { dtype: '|u1', shape: [48] })
  t.like(json('info two.npz:y --json'), { format: 'npz', member: 'y', dtype: '<i8', stored: true })
  t.deepEqual(
    (json('info two.npz --json')['members'] as { name: string }[]).map(({ name }) => name),
    ['x', 'y'],
  )
  const { out, code } = run('info grid.npy')
  t.is(code, 0)
  t.regex(out, /^shape +\(3, 4\)$/m)
  t.regex(out, /^dtype +float32 \(<f4\)$/m)
})

onOneVersion('show prints like NumPy', (t) => {
  const { run } = place(t)
  t.is(run('show grid.npy').out, '[[ 0.  1.  2.  3.]\n [ 4.  5.  6.  7.]\n [ 8.  9. 10. 11.]]\n')
  t.is(run("show grid.npy --slice '0:2, ..., -1'").out, '[3. 7.]\n')
  t.is(run('show grid.npy --slice -1,-1').out, '11.0\n')
  t.is(run('show grid.npy --slice=-1').out, '[ 8.  9. 10. 11.]\n')
  t.is(run("show grid.npy --slice '[0, 2], 1'").out, '[1. 9.]\n')
  t.is(run("show grid.npy -s 'None, 0'").out, '[[0. 1. 2. 3.]]\n')
  t.is(run('show two.npz:y').out, '[1 2]\n')
  t.is(run('show one.npz --slice 0').out, '[0. 1. 2. 3.]\n')
  t.is(run("show grid.f4 --dtype f4 --shape '(3, 4)' --order F --slice 0").out, '[0. 3. 6. 9.]\n')
  t.is(run('show grid.f4 --dtype f4 --shape -1,4 --offset 16 --slice 0').out, '[4. 5. 6. 7.]\n')
  t.is(run('show grid.npy --threshold 5 --edgeitems 1 --precision 0').out, '[[ 0. ...  3.]\n ...\n [ 8. ... 11.]]\n')
  t.deepEqual(JSON.parse(run('show nan.npy --json').out), {
    file: 'nan.npy',
    dtype: '<f8',
    shape: [2, 2],
    data: [
      [1, 'NaN'],
      ['Infinity', -2],
    ],
  })
})

test('show draws a picture with a scale, and NaN in its own colour', (t) => {
  const { at, run } = place(t)
  t.is(run('show nan.npy --image nan.png --colormap viridis --range -2,1').code, 0)
  const { width, height, channels, data } = decode(readFileSync(join(at, 'nan.png')))
  t.is(channels, 3)
  t.is(height, 512)
  t.true(width > 512)
  const pixel = (x: number, y: number): number[] =>
    Array.from(data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3))
  t.deepEqual(pixel(10, 10), [253, 231, 37]) // the greatest
  t.deepEqual(pixel(300, 10), [214, 39, 40]) // NaN
  t.deepEqual(pixel(300, 300), [68, 1, 84]) // the least
  t.deepEqual(pixel(525, 0), [253, 231, 37]) // the upper end of the scale
  t.is(run('show grid.npy --image x.png --slice 0').code, 2)
  t.false(existsSync(join(at, 'x.png')))
})

onOneVersion('show samples a large slice', (t) => {
  const { at, run } = place(t)
  memmap(join(at, 'large.u1'), { mode: 'w+', shape: [3000, 5000] }).close()
  t.is(run('show large.u1 --dtype u1 --shape 3000,5000 --image large.png').code, 0)
  const { width, height } = decode(readFileSync(join(at, 'large.png')))
  t.is(height, 1000)
  t.true(width > 1666 && width < 2048)
})

onOneVersion('stats prints counts and moments', (t) => {
  const { run } = place(t)
  const found = JSON.parse(run('stats grid.npy --json').out) as Record<string, unknown>
  t.like(found, { count: 12, nan: 0, inf: 0, min: 0, max: 11, mean: 5.5, q1: 2.75, median: 5.5, q3: 8.25 })
  t.true(Math.abs((found['std'] as number) - 3.4520525) < 1e-6)
  const { edges, counts } = found['histogram'] as { edges: number[]; counts: number[] }
  t.is(edges.length, 11)
  t.is(
    counts.reduce((sum, count) => sum + count, 0),
    12,
  )
  t.like(JSON.parse(run('stats nan.npy --json').out), {
    count: 4,
    nan: 1,
    inf: 1,
    min: -2,
    max: 'Infinity',
    std: 'NaN',
    median: 1,
  })
  t.like(JSON.parse(run('stats two.npz:y --json').out), { min: 1, max: 2, mean: 1.5 })
  const { out, err } = run('stats grid.npy')
  t.regex(out, /^mean +5\.5$/m)
  t.regex(out, /^q1 +2\.75\nmedian +5\.5\nq3 +8\.25$/m)
  t.regex(out, /█/)
  t.is(err, '')
})

onOneVersion('check names the first element that violates a rule', (t) => {
  const { run } = place(t)
  const fails = (line: string, pattern: RegExp): void => {
    const { code, out, err } = run(`check ${line}`)
    t.is(code, 1, line)
    t.regex(out, pattern)
    t.is(err, '')
  }
  t.is(run("check grid.npy --dtype float32 --shape '*,4' --finite --min 0 --max 11").code, 0)
  t.is(run('check grid.npy').code, 0)
  fails('grid.npy --dtype float64', /dtype is <f4, not <f8/)
  fails("grid.npy --shape '*,5'", /shape is \(3, 4\), not \(\*, 5\)/)
  fails('grid.npy --shape 3', /shape/)
  fails('grid.npy --max 5.5', /element \[1, 2\] is 6\.0, which is not at most 5\.5/)
  fails('f.npy --max 5.5', /element \[1, 2\]/)
  fails('grid.npy --min 1', /element \[0, 0\]/)
  fails('nan.npy --finite', /element \[0, 1\] is nan/)
  fails('nan.npy --min -10', /element \[0, 1\] is nan/)
  fails('nan.npy --max 100 --allow-nan', /element \[1, 0\] is inf/)
  t.is(run('check nan.npy --min -10 --allow-nan').code, 0)
  fails("grid.f4 --dtype f4 --shape '*,5'", /48 bytes/)
  fails('grid.f4 --dtype f4 --shape 3,3', /48 bytes/)
  t.is(run("check grid.f4 --dtype f4 --shape '*,4' --max 11").code, 0)
  t.like(JSON.parse(run('check nan.npy --finite --json').out), {
    ok: false,
    wrong: { rule: 'finite', index: [0, 1], value: 'NaN' },
  })
  t.like(JSON.parse(run('check grid.npy --json').out), { ok: true, wrong: null })
  fails(
    'nan.npy --finite --format github',
    /^::error file=nan\.npy,title=memmap check::nan\.npy: element \[0, 1\] is nan, which is not finite\n$/,
  )
})

onOneVersion('diff counts differences, and says by how much and where', (t) => {
  const { at, run } = place(t)
  const other = load(join(at, 'grid.npy')) as ReturnType<typeof array>
  other.set(1, 2, 6.5)
  other.set(2, 3, Number.NaN)
  save(join(at, 'other.npy'), other)
  t.is(run('diff grid.npy grid.npy').code, 0)
  t.is(run('diff grid.npy f.npy').code, 0)
  t.is(run('diff grid.npy one.npz').code, 0)
  t.is(run('diff grid.npy grid.f4 --dtype f4 --shape 3,4').code, 0)
  t.is(run('diff nan.npy nan.npy').code, 0)
  t.is(run('diff nan.npy nan.npy --no-equal-nan').code, 1)
  const records = array(
    [
      [1, Number.NaN, 'x'],
      [Number.NaN, 2, 'y'],
    ],
    {
      dtype: [
        ['a', 'f4'],
        ['b', 'f8'],
        ['c', 'U1'],
      ],
    },
  )
  save(join(at, 'records.npy'), records)
  records.field('b').set(1, Number.NaN)
  save(join(at, 'records2.npy'), records)
  t.is(run('diff records.npy records.npy').code, 0)
  t.is(run('diff records.npy records.npy --no-equal-nan').code, 1)
  t.like(JSON.parse(run('diff records.npy records2.npy --json').out), { differing: 1 })
  const { code, out } = run('diff grid.npy other.npy --json')
  t.is(code, 1)
  t.like(JSON.parse(out), {
    equal: false,
    count: 12,
    differing: 2,
    first: { index: [1, 2], a: 6, b: 6.5 },
    maxAbsolute: { value: 0.5, index: [1, 2] },
  })
  t.like(JSON.parse(run('diff grid.npy other.npy --json --rtol 0.1').out), {
    differing: 1,
    first: { index: [2, 3], b: 'NaN' },
  })
  t.regex(run('diff grid.npy other.npy').out, /2 of 12 elements differ[^]*first difference +at \[1, 2\]: 6\.0 and 6\.5/)
  const shapes = run('diff grid.npy nan.npy')
  t.is(shapes.code, 1)
  t.regex(shapes.out, /the shapes differ: \(3, 4\) and \(2, 2\)/)
  t.regex(
    run('diff grid.npy other.npy --format github').out,
    /^::error file=grid\.npy,title=memmap diff::grid\.npy and other\.npy: 2 of 12 [^\n]*\[1, 2\][^\n]*\n$/,
  )
  save(join(at, 'text.npy'), array(['a', 'b']))
  save(join(at, 'text2.npy'), array(['a', 'c']))
  t.regex(run('diff text.npy text2.npy').out, /at \[1\]: 'b' and 'c'/)
  save(join(at, 'record.npy'), array([{ x: 1 }], { dtype: [['x', 'f4']] }))
  t.is(run('diff record.npy record.npy').code, 0)
})

test('convert writes .npy and raw files of any dtype and order', (t) => {
  const { at, run } = place(t)
  t.is(run("convert grid.f4 a.npy --dtype f4 --shape '3, 4'").code, 0)
  t.deepEqual(readFileSync(join(at, 'a.npy')), readFileSync(join(at, 'grid.npy')))
  t.is(run('convert grid.npy f2.npy --dtype float64 --order F --byte-order big').code, 0)
  const converted = openMemmap(join(at, 'f2.npy'), { mode: 'r' })
  t.is(converted.dtype.str, '>f8')
  t.true(converted.flags.fContiguous && !converted.flags.cContiguous)
  t.is(converted.get(2, 1), 9)
  converted.close()
  t.is(run('convert f2.npy back.f4 --raw --to-dtype f4 --to-order C --byte-order little').code, 0)
  t.deepEqual(readFileSync(join(at, 'back.f4')), readFileSync(join(at, 'grid.f4')))
  t.is(run('convert two.npz:y y.raw --raw --dtype >i4').code, 0)
  t.deepEqual([...readFileSync(join(at, 'y.raw'))], [0, 0, 0, 1, 0, 0, 0, 2])
  // In place: the file is replaced when the new one is complete.
  t.is(run('convert grid.npy grid.npy --dtype int8 --force').code, 0)
  t.is(run('show grid.npy --slice 2').out, '[ 8  9 10 11]\n')
  t.deepEqual(
    readdirSync(at).filter((name) => name.includes('tmp')),
    [],
  )
})

onOneVersion('create writes files of one value', (t) => {
  const { at, run } = place(t)
  t.is(run('create a.npy --dtype >i2 --shape 3,4 --order F --fill -7').code, 0)
  t.is(run('show a.npy --slice 2,3').out, '-7\n')
  t.is(run('create b.raw --raw --dtype bool --shape 5 --fill true').code, 0)
  t.deepEqual([...readFileSync(join(at, 'b.raw'))], [1, 1, 1, 1, 1])
  t.is(run('create c.npy --shape 1000,1000 --sparse').code, 0)
  t.is(statSync(join(at, 'c.npy')).size, 8_000_128)
  t.is(run('create d.npy --shape () --dtype U3 --fill abc').code, 0)
  t.is(run('show d.npy').out, 'abc\n')
})

/** Usage errors and unreadable files: exit code 2, nothing on stdout, one line on stderr. */
const WRONG: readonly (readonly [line: string, pattern: RegExp])[] = [
  ['', /missing command: give one of info, show/],
  ['frobnicate grid.npy', /invalid command 'frobnicate'/],
  ['info', /missing required argument 'file'/],
  ['show grid.npy nan.npy', /too many arguments/],
  ['stats grid.npy --frob', /unknown option '--frob'/],
  ['stats grid.npy --jsn', /did you mean --json/],
  ['info missing.npy', /ENOENT[^\n]*missing\.npy/],
  ['info .', /EISDIR/],
  ['stats grid.f4', /--dtype float32/],
  ['show two.npz', /name one, as in 'two\.npz:x'/],
  ['stats two.npz:z', /invalid array name 'z'/],
  ['stats grid.npy --dtype f4', /invalid --dtype for 'grid.npy': it describes raw files/],
  ['stats grid.f4 --dtype f9', /invalid dtype 'f9': it is not a dtype/],
  ['stats grid.f4 --dtype f4 --shape 3,x', /invalid --shape '[^']*': it must be whole numbers/],
  ['stats grid.f4 --dtype f4 --shape 100', /48/],
  ['stats grid.f4 --dtype f4 --offset -1', /invalid --offset '-1': it must be a whole number/],
  ['stats grid.f4 --dtype f4 --order X', /invalid --order 'X': it must be C or F/],
  ['stats grid.npy --bins 0', /invalid --bins '0': it must be a whole number of at least 1/],
  ['stats grid.npy --field x', /invalid --field 'x': the elements must be records/],
  ['show grid.npy --slice 1:2:3:4', /[Ss]lice/],
  ['show grid.npy --slice a', /invalid --slice 'a': it must be whole numbers/],
  ['show grid.npy --slice 9', /out of bounds/],
  ['show grid.npy --precision x', /--precision/],
  ['show grid.npy --image x.png --colormap pink', /Allowed choices are grey/],
  ['check grid.npy --min x', /invalid --min 'x': it must be a number/],
  ['check grid.npy --min nan', /invalid --min 'nan': no element is above or below it/],
  ['check grid.npy --format xml', /Allowed choices are text, github/],
  ['diff grid.npy', /missing required argument 'b'/],
  ['diff grid.npy grid.npy --rtol -1', /invalid --rtol '-1': it must be a number that is not negative/],
  ['diff grid.npy missing.npy', /ENOENT/],
  ['convert grid.npy', /missing required argument 'out'/],
  ['convert grid.npy nowhere/x.npy', /ENOENT/],
  ['convert grid.npy x.npy --byte-order middle', /invalid --byte-order 'middle': it must be little/],
  ['create x.npy', /--shape/],
  ['create x.npy --shape -1', /invalid --shape '[^']*': it must be whole numbers/],
  ['create x.npy --shape 2 --dtype int8 --fill 300', /300/],
  ['create x.npy --shape 2 --dtype S', /must have a length/],
  ['completion fish', /Allowed choices are bash, zsh/],
]

test('usage errors are one line', (t) => {
  const { at } = place(t)
  const ended = manyIn(
    at,
    WRONG.map(([line]) => wordsOf(line)),
  )
  WRONG.forEach(([line, pattern], number) => {
    const { code, out, err } = ended[number] as Ended
    t.is(code, 2, line)
    t.is(out, '', line)
    t.regex(err, /^memmap: [^\n]+\n$/)
    t.regex(err, pattern)
  })
  t.false(existsSync(join(at, 'x.npy')))
})

test('usage errors of the installed command are one line with exit status 2', (t) => {
  const { run } = place(t)
  const { code, out, err } = run('stats grid.npy --frob')
  t.deepEqual({ code, out }, { code: 2, out: '' })
  t.regex(err, /^memmap: unknown option '--frob'[^\n]*\n$/)
})

test('damaged files are reported in one line, with their name', (t) => {
  const { at } = place(t)
  writeFileSync(join(at, 'cut.npy'), readFileSync(join(at, 'grid.npy')).subarray(0, 170))
  writeFileSync(join(at, 'bad.npy'), 'hello')
  writeFileSync(join(at, 'bad.npz'), 'hello')
  const lines = ['cut.npy', 'bad.npy', 'bad.npz'].flatMap((name) =>
    ['info', 'show', 'stats', 'check'].map((command): [string, string] => [command, name]),
  )
  manyIn(at, lines).forEach(({ code, err }, number) => {
    const [command, name] = lines[number] as [string, string]
    t.is(code, 2, `${command} ${name}`)
    t.regex(err, new RegExp(`^memmap: [^\\n]*${name}[^\\n]*\\n$`))
  })
})

posix('escapes control characters in names and elements', (t) => {
  const { at } = place(t)
  const evil = `e${ESCAPE}[31m\u202E\u0007\r`
  save(join(at, 'text.npy'), array([evil, 'b']))
  save(join(at, 'one.npy'), array(evil))
  savez(join(at, 'evil.npz'), { [evil]: array([1]), b: array([1]) })
  save(join(at, `${evil}.npy`), array([1]))
  save(join(at, 'record.npy'), array([{ [evil]: 1 }], { dtype: [[evil, 'f4']] }))
  const runs = [
    ['show', 'text.npy'],
    ['show', 'one.npy'],
    ['show', 'text.npy', '--json'],
    ['show', 'text.npy', '--slice', evil],
    ['diff', 'text.npy', 'one.npy'],
    ['info', 'evil.npz'],
    ['info', 'evil.npz', '--json'],
    ['stats', 'evil.npz'],
    ['stats', `evil.npz:${evil}`],
    ['stats', 'evil.npz:x'],
    ['info', `${evil}.npy`],
    ['check', `${evil}.npy`, '--min', '2'],
    ['check', `${evil}.npy`, '--min', '2', '--format', 'github'],
    ['info', `missing${evil}`],
    [evil],
    ['info', `--${evil}`],
    ['info', 'record.npy'],
    ['stats', 'record.npy'],
    ['check', 'text.npy', '--min', evil],
    ['convert', 'text.npy', `nowhere/${evil}`],
    ['create', 'x.npy', '--shape', evil],
  ]
  manyIn(at, runs).forEach(({ out, err }, number) => {
    t.deepEqual(`${out}${err}`.replaceAll('\n', '').match(/[\p{Cc}\p{Cf}]/gu), null, runs[number]?.join(' '))
  })
})

test('annotations escape characters that would end them', (t) => {
  const { at } = place(t)
  save(join(at, 'a,b:c%.npy'), array([1]))
  const { out } = memmapIn(at, ['check', 'a,b:c%.npy', '--min', '2', '--format', 'github'])
  t.true(out.startsWith('::error file=a%2Cb%3Ac%25.npy,title=memmap check::a,b:c%25.npy: element [0] is 1.0'), out)
})

test('prints no colours and no bar into a pipe', (t) => {
  const { at } = place(t)
  for (const args of [
    ['stats', 'grid.npy'],
    ['info', 'two.npz'],
    ['check', 'grid.npy', '--min', '1'],
    ['diff', 'grid.npy', 'nan.npy'],
    ['info', 'x'],
  ]) {
    const { out, err } = memmapIn(at, args, { TERM: 'xterm-256color', COLORTERM: 'truecolor' })
    t.false(`${out}${err}`.includes(ESCAPE))
  }
})

const hasScript = spawnSync('script', ['--version']).status === 0
;(hasScript ? test : test.skip)('prints colours on a terminal, and none with NO_COLOR', (t) => {
  const { at } = place(t)
  const on = (env: Record<string, string>): string =>
    spawnSync('script', ['-qec', `${NODE.join(' ')} ${COMMAND} info grid.npy`, '/dev/null'], {
      cwd: at,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm', ...env },
    }).stdout
  t.true(on({}).includes(`${ESCAPE}[`))
  t.false(on({ NO_COLOR: '1' }).includes(`${ESCAPE}[`))
})

posix('ends without an error when its reader closes the pipe', (t) => {
  const { at } = place(t)
  openMemmap(join(at, 'long.npy'), { mode: 'w+', dtype: 'uint8', shape: [300_000] }).close()
  const line = `${NODE.map((part) => `'${part}'`).join(' ')} '${COMMAND}' show long.npy --threshold inf | head -n 1`
  const { stdout, stderr } = spawnSync('sh', ['-c', line], { cwd: at, encoding: 'utf8' })
  t.regex(stdout, /^\[0 0 0/)
  t.is(stderr, '')
})

if (process.platform !== 'win32') {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test.serial(`convert ended by ${signal} leaves the old file`, async (t) => {
      const { at } = place(t)
      memmap(join(at, 'large.f8'), { mode: 'w+', dtype: 'float64', shape: [4096, 8192], sparse: true }).close()
      writeFileSync(join(at, 'out.npy'), 'before')
      const [node, ...before] = NODE
      const args = [
        ...before,
        COMMAND,
        'convert',
        'large.f8',
        'out.npy',
        '--force',
        '--dtype',
        'f8',
        '--shape',
        '4096,8192',
        '--to-order',
        'F',
      ]
      const running = spawn(node, args, { cwd: at, stdio: 'ignore' })
      const ended = once(running, 'exit')
      while (!readdirSync(at).some((name) => name.endsWith('.tmp')) && running.exitCode === null) await wait(2)
      running.kill(signal)
      const [code, by] = (await ended) as [number | null, string | null]
      t.true(by === signal || code === 0, `${code} ${by}`)
      if (by === signal) t.is(readFileSync(join(at, 'out.npy'), 'utf8'), 'before')
      t.deepEqual(
        readdirSync(at).filter((name) => name.endsWith('.tmp')),
        [],
      )
    })
  }
}

onOneVersion('--version and --help work for the command and each subcommand', (t) => {
  const { run } = place(t)
  const { version } = JSON.parse(readFileSync(join(COMMAND, '../../../package.json'), 'utf8')) as { version: string }
  for (const flag of ['--version', '-V']) t.deepEqual(run(flag), { code: 0, out: `${version}\n`, err: '' })
  const help = run('--help')
  t.is(help.code, 0)
  for (const name of ['info', 'show', 'stats', 'check', 'diff', 'nearest', 'convert', 'create', 'completion']) {
    t.regex(help.out, new RegExp(`^  ${name} `, 'm'))
    const own = run(`${name} --help`)
    t.is(own.code, 0)
    t.regex(own.out, /^Examples:$/m)
  }
})

test('the examples in the help work', (t) => {
  const { at, run } = place(t)
  copyFileSync(join(COMMAND, '../../../examples/s1045.ima'), join(at, 's1045.ima'))
  t.is(run("convert s1045.ima scan.npy --dtype '>u2' --shape 256,256").code, 0)
  savez(join(at, 'several.npz'), { x: array([1, 2]), y: array([1, 2]) })
  const commands = ['info', 'show', 'stats', 'check', 'diff', 'nearest', 'convert', 'create', 'completion']
  const helps = manyIn(
    at,
    commands.map((command) => [command, '--help']),
  )
  const lines = helps.flatMap(({ out }) =>
    [...out.matchAll(/^ {2}\$ memmap (.*)$/gm)].map(([, line = '']) => line.replace(/ > .*/, '')),
  )
  manyIn(at, lines.map(wordsOf)).forEach(({ code, err }, number) => t.is(code, 0, `${lines[number]}: ${err}`))
  t.true(lines.length > 20)
})

posix('completion for bash completes commands, options and values', (t) => {
  const { at, run } = place(t)
  writeFileSync(join(at, 'memmap.bash'), run('completion bash').out)
  const complete = (...words: string[]): string[] => {
    const script = `source ./memmap.bash; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _memmap; printf '%s\\n' "\${COMPREPLY[@]}"`
    return execFileSync('bash', ['-c', script], { cwd: at, encoding: 'utf8' }).trim().split('\n').toSorted()
  }
  t.deepEqual(complete('memmap', 'st'), ['stats'])
  t.deepEqual(complete('memmap', 'check', '--fin'), ['--finite'])
  t.deepEqual(complete('memmap', 'stats', 'x', '--order', ''), ['C', 'F'])
  t.deepEqual(complete('memmap', 'stats', 'x', '--dtype', 'float3'), ['float32'])
  t.deepEqual(complete('memmap', 'info', 'gri'), ['grid.f4', 'grid.npy'])
})

const hasZsh = spawnSync('zsh', ['--version']).status === 0
;(hasZsh ? test : test.skip)('completion for zsh is a script that zsh parses', (t) => {
  const { at, run } = place(t)
  writeFileSync(join(at, '_memmap'), run('completion zsh').out)
  t.notThrows(() => execFileSync('zsh', ['-n', '_memmap'], { cwd: at }))
})

linking('the command works through a link, as npm installs it', (t) => {
  const { at } = place(t)
  mkdirSync(join(at, 'bin'))
  symlinkSync(COMMAND, join(at, 'bin/memmap'))
  const [node, ...before] = NODE
  const { status } = spawnSync(node, [...before, join(at, 'bin/memmap'), 'info', 'grid.npy'], { cwd: at })
  t.is(status, 0)
})

onOneVersion('nearest prints the rows nearest to a row, or to those of a file', (t) => {
  const { at, run } = place(t)
  const rows = array([[1, 0], [0, 1], [3, 4], [1, 0.5], [NaN, 1]], { dtype: 'float32' }) // prettier-ignore
  save(join(at, 'rows.npy'), rows)
  save(join(at, 'one.npy'), array([1, 1]))
  save(join(at, 'queries.npy'), array([[1, 0], [0, 0]])) // prettier-ignore
  t.is(run('nearest rows.npy --row 0 --k 2').out, 'row    distance\n  3  0.10557281\n  2         0.4\n')
  t.deepEqual(JSON.parse(run('nearest rows.npy --row -2 --metric euclidean --k 1 --json').out), {
    file: 'rows.npy',
    row: 3,
    metric: 'euclidean',
    rows: [0],
    distances: [0.5],
  })
  t.deepEqual(JSON.parse(run('nearest rows.npy --query one.npy --metric dot --k 2 --json').out), {
    file: 'rows.npy',
    query: 'one.npy',
    metric: 'dot',
    rows: [2, 3],
    distances: [7, 1.5],
  })
  t.is(run('nearest rows.npy --query queries.npy --k 1').out, 'query  row  distance\n    0    0       0.0\n')
  t.deepEqual((JSON.parse(run('nearest rows.npy -q queries.npy -k 9 --json').out) as { rows: unknown }).rows, [
    [0, 3, 2, 1],
    [],
  ])
  for (const [line, message] of [
    ['nearest rows.npy', /give a row of the file by --row, or a file of rows by --query/],
    ['nearest rows.npy --row 0 --query one.npy', /invalid query/],
    ['nearest rows.npy --row 5', /invalid --row 5 for 'rows.npy': it has 5 rows; count them from 0/],
    ['nearest rows.npy --row x', /invalid --row 'x': it must be a whole number/],
    ['nearest rows.npy --row 1 --k 0', /invalid --k '0': it must be a whole number of at least 1/],
    ['nearest rows.npy --row 1 --metric l2', /l2/],
    ['nearest rows.npy --row 1 --metric hamming', /'hamming' compares the bits of uint8/],
    ['nearest one.npy --row 1', /nearest searches the rows of a 2-d array/],
    ['nearest rows.npy --query rows.npy:x', /not a .npz file/],
  ] as const) {
    const { code, err } = run(line)
    t.is(code, 2, line)
    t.regex(err, message, line)
  }
})

onOneVersion('stats of float16 has mean and standard deviation in single precision', (t) => {
  const { at, run } = place(t)
  // 100 halves from 0 to 99: the mean 49.5 and the deviation 28.866 need more digits than a half has; their sum would overflow.
  const values = Array.from({ length: 100 }, (_, index) => index)
  save(join(at, 'half.npy'), array([values, values.map((value) => 2000 + value)], { dtype: 'float16' }))
  const { mean, std } = JSON.parse(run('stats half.npy --json').out) as { mean: number; std: number }
  t.is(mean, Math.fround(1049.5))
  t.true(Math.abs(std - 1000.4164833403845) < 1e-3, String(std))
  t.regex(run('stats half.npy').out, /mean +1049\.5\nstd +1000\.416/)
})
