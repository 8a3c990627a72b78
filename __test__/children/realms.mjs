// Calls with every kind of argument, by the package in this realm and in a vm context (as test runners load it), with the values
// of either realm. Needs --experimental-vm-modules.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import vm from 'node:vm'
import * as outer from '../../dist/index.js'
import { args, report } from './common.mjs'

const [folder] = args
// As in a test environment of a browser: no timers of Node, no TextDecoder.
const context = vm.createContext({ Buffer, console, crypto, process })

/** The modules of the context, or promises of them, by file or name. */
const modules = new Map()

async function moduleOf(specifier, parent) {
  const isFile = specifier.startsWith('.')
  const key = isFile ? path.resolve(path.dirname(parent), specifier) : specifier
  // The promise is kept, so that two importers get one module: Node 20 crashes where a second one takes its place.
  if (!modules.has(key)) modules.set(key, isFile ? fileModule(key) : outsideModule(specifier, parent))
  return modules.get(key)
}

function fileModule(file) {
  const identifier = pathToFileURL(file).href
  const initializeImportMeta = (meta) => (meta.url = identifier)
  return new vm.SourceTextModule(fs.readFileSync(file, 'utf8'), { context, identifier, initializeImportMeta })
}

async function outsideModule(specifier, parent) {
  const namespace = await import(specifier.startsWith('node:') ? specifier : createRequire(parent).resolve(specifier))
  const names = Object.keys(namespace)
  const evaluate = function () {
    for (const name of names) this.setExport(name, namespace[name])
  }
  return new vm.SyntheticModule(names, evaluate, { context })
}

const root = await moduleOf('../../dist/index.js', fileURLToPath(import.meta.url))
await root.link((specifier, { identifier }) => moduleOf(specifier, fileURLToPath(identifier)))
await root.evaluate()
const inner = root.namespace

const BUILT_IN = `({
  Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, BigInt64Array, BigUint64Array,
  Float32Array, Float64Array, DataView, ArrayBuffer, SharedArrayBuffer, Array, Object, Date, Error, RangeError, TypeError,
  Float16Array: globalThis.Float16Array,
})`
const realms = { outer: { ...vm.runInThisContext(BUILT_IN), Buffer }, inner: vm.runInContext(BUILT_IN, context) }
realms.inner.Buffer = Buffer

/** Typed arrays by the name of their constructor, each with two elements. */
const INTEGERS = ['Int8', 'Uint8', 'Uint8Clamped', 'Int16', 'Uint16', 'Int32', 'Uint32', 'BigInt64', 'BigUint64']
const FLOATS = ['Float32', 'Float64'].concat('Float16Array' in globalThis ? 'Float16' : [])
const TYPED = [...INTEGERS, ...FLOATS].map((name) => `${name}Array`)

/** An object of one class in the realm: copies of literals would be of this one. */
const list = (realm, ...values) => realm.Array.from(values)
const record = (realm, fields) => Object.assign(new realm.Object(), fields)
const shared = (realm, constructor, values) => {
  const view = new constructor(new realm.SharedArrayBuffer(values.length * constructor.BYTES_PER_ELEMENT))
  view.set(values)
  return view
}

/** Values with the brand of a class of the platform, as test environments have them. */
function otherUrl(url) {
  return { href: url, protocol: new URL(url).protocol }
}
class OtherSignal {
  listeners = []
  aborted = false
  addEventListener(_, listener) {
    this.listeners.push(listener)
  }
  removeEventListener(_, listener) {
    this.listeners = this.listeners.filter((one) => one !== listener)
  }
  abort(reason) {
    this.aborted = true
    this.reason = reason
    for (const listener of this.listeners) listener()
  }
}

const file = path.join(folder, 'a.bin')
fs.writeFileSync(file, Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]))
const opened = (a) => {
  const values = a.toArray()
  a.close?.()
  return [a.dtype.str, a.shape, values]
}

const stored = (a, value) => {
  a.fill(value)
  return a.toArray()
}

/** By name; each takes the package and the realm of the values. */
const CASES = {
  'a file that is missing': (mm) => mm.memmap(path.join(folder, 'none'), { mode: 'r' }),
  'a file that is too short': (mm) => mm.memmap(file, { mode: 'r', shape: 100 }),
  'a folder that is missing': (mm) => mm.save(path.join(folder, 'none/a.npy'), [1]),
  'a .npy that is missing': (mm) => mm.load(path.join(folder, 'none.npy')),
  'a descriptor that is closed': (mm) => mm.memmap(12345, { mode: 'r' }),
  'a kernel that refuses': (mm) => mm.zeros(0).max(),
  'a path as a Buffer': (mm) => opened(mm.memmap(Buffer.from(file), { mode: 'r' })),
  'a path as a Uint8Array': (mm, realm) => opened(mm.memmap(realm.Uint8Array.from(Buffer.from(file)), { mode: 'r' })),
  'a path as a URL': (mm) => opened(mm.memmap(pathToFileURL(file), { mode: 'r' })),
  "a path as another environment's URL": (mm) => opened(mm.memmap(otherUrl(pathToFileURL(file).href), { mode: 'r' })),
  'a URL of the network': (mm) => mm.memmap(otherUrl('http://localhost/a.bin'), { mode: 'r' }),
  'a path to save as a Buffer': (mm) => {
    const target = path.join(folder, 'saved.npy')
    mm.save(Buffer.from(target), [1, 2])
    return opened(mm.load(Buffer.from(target)))
  },
  'options of a realm': (mm, realm) =>
    opened(mm.memmap(file, record(realm, { mode: 'r', dtype: realm.Int16Array, shape: list(realm, 2, 2) }))),
  'a shape as a typed array': (mm, realm) => mm.zeros(realm.Int32Array.of(2, 3)).shape,
  'a shape as a DataView': (mm, realm) => mm.zeros(new realm.DataView(new realm.ArrayBuffer(8))),
  'a dtype of a constructor that has none': (mm, realm) => mm.dtype(realm.DataView),
  'a dtype of another function': (mm, realm) => mm.dtype(realm.Date),
  'a structured dtype': (mm, realm) => mm.dtype(list(realm, list(realm, 'x', realm.Float32Array))).descr,
  'an array of a DataView': (mm, realm) => mm.array(new realm.DataView(new realm.ArrayBuffer(8))),
  'lists of typed arrays': (mm, realm) =>
    mm.array(list(realm, realm.Float32Array.of(1, 2), realm.Float32Array.of(3, 4))).toArray(),
  'a Buffer': (mm) => opened(mm.array(Buffer.from([1, 2]))),
  'a Buffer over shared memory': (mm, realm) =>
    opened(mm.array(Buffer.from(shared(realm, realm.Uint8Array, [1, 2]).buffer))),
  'bytes for S': (mm, realm) => mm.array(list(realm, realm.Uint8Array.of(97, 98)), { dtype: 'S3' }).toArray(),
  'bytes for S of any length': (mm, realm) =>
    opened(mm.array(list(realm, realm.Uint8Array.of(97, 98)), { dtype: 'S' })),
  'bytes for U': (mm, realm) => mm.array(realm.Uint8Array.of(97), { dtype: 'U2' }).toArray(),
  'bytes for V': (mm, realm) => mm.array(realm.Uint8Array.of(97), { dtype: 'V2' }).toArray(),
  'a DataView for V': (mm, realm) => stored(mm.zeros(1, { dtype: 'V2' }), new realm.DataView(new realm.ArrayBuffer(2))),
  'bytes for an element': (mm, realm) => {
    const a = mm.zeros(1, { dtype: 'S2' })
    a.set(0, realm.Uint8Array.of(97))
    return a.toArray()
  },
  'bytes compared': (mm, realm) => mm.array(['a', 'b']).astype('S2').compare('==', realm.Uint8Array.of(97)).toArray(),
  'a list of bytes compared': (mm, realm) =>
    mm
      .array(['a', 'b'])
      .astype('S2')
      .compare('==', list(realm, realm.Uint8Array.of(97), 'b'))
      .toArray(),
  'raw bytes compared': (mm, realm) => mm.zeros(2, { dtype: 'V2' }).compare('==', realm.Uint8Array.of(0, 0)).toArray(),
  'a Date': (mm, realm) => opened(mm.array(new realm.Date(5))),
  'a list of Dates': (mm, realm) => opened(mm.array(list(realm, new realm.Date(5), new realm.Date(7)))),
  'a list of Dates in any unit': (mm, realm) => opened(mm.array(list(realm, new realm.Date(5)), { dtype: 'M8' })),
  'a Date stored': (mm, realm) => stored(mm.zeros(1, { dtype: 'M8[s]' }), new realm.Date(5000)),
  'a Date that is invalid': (mm, realm) => stored(mm.zeros(1, { dtype: 'M8[s]' }), new realm.Date(NaN)),
  'a Date compared': (mm, realm) =>
    mm.array(['1970-01-01T00:00:05'], { dtype: 'M8[s]' }).compare('==', new realm.Date(5000)).get(0),
  'a Date for a record': (mm, realm) => stored(mm.zeros(1, { dtype: [['x', 'i4']] }), new realm.Date(5000)),
  'a Date in a record': (mm, realm) =>
    mm
      .array(list(realm, list(realm, new realm.Date(5), list(realm, 1, 2))), {
        dtype: [
          ['t', 'M8[ms]'],
          ['z', 'c8'],
        ],
      })
      .toArray(),
  'a record': (mm, realm) => mm.array(list(realm, record(realm, { x: 1 })), { dtype: [['x', 'f4']] }).toArray(),
  'a record of bytes': (mm, realm) =>
    mm.array(list(realm, record(realm, { x: realm.Uint8Array.of(97) })), { dtype: [['x', 'S2']] }).toArray(),
  'a record of a typed array': (mm, realm) =>
    mm.array(record(realm, { x: realm.Float32Array.of(1, 2) }), { dtype: [['x', 'f4', [2]]] }).toArray(),
  'a complex number': (mm, realm) => mm.array(list(realm, record(realm, { re: 1, im: 2 }))).toArray(),
  'a mask': (mm, realm) =>
    mm
      .array([1, 2])
      .index(list(realm, true, false))
      .toArray(),
  'an index by a DataView': (mm, realm) => mm.array([1, 2]).index(new realm.DataView(new realm.ArrayBuffer(8))),
  'a slice': (mm) => mm.array([1, 2, 3]).index(mm.slice(1, 3)).toArray(),
  'savez of an object': (mm, realm) => {
    const target = path.join(folder, 'saved.npz')
    mm.savez(target, record(realm, { x: realm.Float32Array.of(1, 2), y: list(realm, 3) }))
    const members = mm.load(target)
    return [...members].map(([name, a]) => [name, opened(a)])
  },
  'savez of a typed array': (mm, realm) => mm.savez(path.join(folder, 'saved.npz'), realm.Float32Array.of(1)),
  'a handle': async (mm) => {
    const handle = await fs.promises.open(file)
    try {
      return opened(mm.memmap(handle, { mode: 'r' }))
    } finally {
      await handle.close()
    }
  },
  'a signal': async (mm) => {
    const controller = new AbortController()
    return mm.array([1, 2]).promises.sum({ signal: controller.signal })
  },
  'a signal that was aborted': (mm) => mm.array([1, 2]).promises.sum({ signal: AbortSignal.abort('reason') }),
  "another environment's signal": async (mm) => {
    const signal = new OtherSignal()
    const sum = await mm.array([1, 2]).promises.sum({ signal })
    return [sum, signal.listeners.length]
  },
  "another environment's signal that was aborted": (mm) => {
    const signal = new OtherSignal()
    signal.abort('reason')
    return mm.array([1, 2]).promises.sum({ signal })
  },
  "another environment's signal without a reason": (mm) => {
    const signal = new OtherSignal()
    signal.abort()
    return mm.array([1, 2]).promises.sum({ signal })
  },
  'no signal': (mm, realm) => mm.array([1]).promises.sum({ signal: record(realm, { aborted: false }) }),
  'a native error of a promise': (mm) => mm.zeros(0).promises.max(),
  'an error of a callback': (mm, realm) =>
    mm.array([1]).map(() => {
      throw new realm.RangeError('mine')
    }),
  'an error of a callback with a code': (mm, realm) =>
    mm.array([1]).map(() => {
      throw Object.assign(new realm.Error('mine'), { code: 'MINE' })
    }),
}
for (const name of TYPED) {
  const values = name.startsWith('Big') ? [1n, 2n] : [1, 2]
  Object.assign(CASES, {
    [`dtype(${name})`]: (mm, realm) => mm.dtype(realm[name]).str,
    [`array(${name})`]: (mm, realm) => opened(mm.array(realm[name].from(values))),
    [`array(${name}), shared`]: (mm, realm) => opened(mm.array(shared(realm, realm[name], values))),
    [`array(class of ${name})`]: (mm, realm) => opened(mm.array(new (class Sub extends realm[name] {})(values))),
    [`assign(${name})`]: (mm, realm) =>
      mm
        .zeros(2, { dtype: name.startsWith('Big') ? 'i8' : 'f4' })
        .assign(realm[name].from(values))
        .toArray(),
    [`promises.assign(${name})`]: async (mm, realm) =>
      (
        await mm.zeros(2, { dtype: name.startsWith('Big') ? 'i8' : 'f4' }).promises.assign(realm[name].from(values))
      ).toArray(),
    [`compare(${name})`]: (mm, realm) => mm.array([1, 3]).compare('==', realm[name].from(values)).toArray(),
    [`equals(${name})`]: (mm, realm) => mm.array([1, 2]).equals(realm[name].from(values)),
    [`allClose(${name})`]: (mm, realm) => mm.array([1, 2]).allClose(realm[name].from(values)),
    [`take(${name})`]: (mm, realm) => mm.array([5, 6, 7]).take(realm[name].from(values)).toArray(),
    [`index(${name})`]: (mm, realm) => mm.array([5, 6, 7]).index(realm[name].from(values)).toArray(),
    [`save(${name})`]: (mm, realm) => {
      const target = path.join(folder, 'typed.npy')
      mm.save(target, realm[name].from(values))
      return opened(mm.load(target))
    },
  })
}

async function outcome(work, mm, realm) {
  try {
    return inspect(plain(await work(mm, realm)), { depth: 9 })
  } catch (error) {
    const { code, path: at, syscall, errno } = Object(error)
    return inspect({ error: error instanceof mm.MemmapError, code, at, syscall, errno, text: String(error) })
  }
}

/** Lists and objects of this realm: inspect names the realm of others. */
function plain(value) {
  return typeof value === 'object' && value !== null ? structuredClone(value) : value
}

const differing = []
const errors = {}
for (const [name, work] of Object.entries(CASES)) {
  const expected = await outcome(work, outer, realms.outer)
  if (expected.includes('error:')) errors[name] = /code: '?(\w+)/.exec(expected)[1]
  for (const [place, mm] of [
    ['outside', outer],
    ['inside', inner],
  ]) {
    for (const [kind, realm] of Object.entries(realms)) {
      const actual = await outcome(work, mm, realm)
      if (actual !== expected) differing.push({ name, package: place, values: kind, expected, actual })
    }
  }
}

/** Arrays, dtypes and selectors of the other copy. */
const other = outer.array([1, 2])
const STRANGERS = {
  array: () => inner.array(other),
  'array in a list': () => inner.array([other, other]),
  assign: () => inner.zeros(2).assign(other),
  'assign of a record': () => inner.zeros(2, { dtype: [['x', 'f4']] }).assign(other),
  fill: () => inner.zeros(2).fill(other),
  'fill of a record': () => inner.zeros(2, { dtype: [['dtype', 'f4']] }).fill(other),
  set: () => inner.zeros(2).set(0, other),
  compare: () => inner.zeros(2).compare('==', other),
  equals: () => inner.zeros(2).equals(other),
  take: () => inner.zeros(2).take(other),
  index: () => inner.zeros(2).index(other),
  'index of a slice': () => inner.zeros(2).index(outer.slice(1)),
  'index of newaxis': () => inner.zeros(2).index(outer.newaxis),
  shape: () => inner.zeros(other),
  save: () => inner.save(path.join(folder, 'other.npy'), other),
  savez: () => inner.savez(path.join(folder, 'other.npz'), { x: other }),
  'savez of the array itself': () => inner.savez(path.join(folder, 'other.npz'), other),
  dtype: () => inner.dtype(other.dtype),
  'dtype of zeros': () => inner.zeros(2, { dtype: other.dtype }),
  options: () => inner.array([1], other),
  'a mapped array': () => inner.array(outer.memmap(file, { mode: 'r' })),
  'promises.assign': () => inner.zeros(2).promises.assign(other),
}
const strangers = {}
for (const [name, work] of Object.entries(STRANGERS)) {
  try {
    const value = await work()
    strangers[name] = { value: inspect(value) }
  } catch (error) {
    strangers[name] = { isOurs: error instanceof inner.MemmapError, code: error.code, message: error.message }
  }
}
report({ cases: Object.keys(CASES).length, differing, errors, strangers })
