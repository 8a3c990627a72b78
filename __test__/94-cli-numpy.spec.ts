/** The functions behind `diff`, `check` and `stats` agree with NumPy on random arrays of every kind of number. */
import { array as arrayOf } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { differencesOf } from '../lib/cli/compute/differences.js'
import { breachOf } from '../lib/cli/compute/rules.js'
import { statisticsOf } from '../lib/cli/compute/statistics.js'
import { live } from './support/live.js'
import { askPython, seed } from './support/numpy-live.js'
import { times } from './support/slow.js'

/** An array in the form that Python sends. */
interface Wire {
  readonly dtype: string
  readonly shape: number[]
  readonly order: 'C' | 'F'
  readonly data: string
}

const PYTHON = `
import base64, json, sys, warnings
from fractions import Fraction
import numpy as np
warnings.simplefilter('ignore'); np.seterr(all='ignore')
q = json.load(sys.stdin)
r = np.random.default_rng(q['seed'])
KINDS = ['?', 'i1', 'u1', '<i2', '>u2', '<i4', '>u4', '<i8', '<u8', '<f2', '>f2', '<f4', '>f4', '<f8', '>f8', '<c8', '>c16']

def values(dtype, shape):
    dtype = np.dtype(dtype)
    size = int(np.prod(shape))
    if dtype.kind == 'b':
        return r.integers(0, 2, shape).astype('?')
    if dtype.kind in 'iu':
        info = np.iinfo(dtype)
        if r.random() < .5:
            return r.integers(max(info.min, -9), 10, shape).astype(dtype)
        return r.integers(info.min, info.max, shape, dtype=dtype.newbyteorder('='), endpoint=True).astype(dtype)
    a = r.choice([1, 10, 1e3, 6e4], 1) * r.normal(size=shape)
    if dtype.kind == 'c':
        a = a + 1j * r.normal(size=shape)
    a = np.asarray(a.astype(dtype))
    if r.random() < .4 and size:
        flat = a.reshape(-1)
        for _ in range(r.integers(1, 4)):
            flat[r.integers(0, size)] = r.choice([np.nan, np.inf, -np.inf, 0, -0.0])
    return a

def near(a, dtype):
    b = np.array(a)
    if r.random() < .3:
        return b.astype(dtype)
    n = r.integers(0, 4)
    flat = b.reshape(-1)
    for _ in range(n if flat.size else 0):
        i = r.integers(0, flat.size)
        scale = r.choice([1e-9, 1e-7, 2e-7, 1e-5, 1e-3, 1])
        if b.dtype.kind in 'fc':
            flat[i] = flat[i] * (1 + scale) + r.choice([0, 1e-9, 1e-3])
        elif b.dtype.kind in 'iu':
            flat[i] = flat[i] ^ np.array(r.integers(0, 3)).astype(b.dtype)
        else:
            flat[i] = not flat[i]
    return flat.reshape(b.shape).astype(dtype)

def wire(a):
    order = r.choice(['C', 'F'])
    return dict(dtype=a.dtype.descr if a.dtype.names else a.dtype.str, shape=a.shape, order=order, data=base64.b64encode(a.tobytes(order)).decode())

def text(x):
    return [repr(float(np.real(x))), repr(float(np.imag(x)))]

def shape():
    return tuple(int(n) for n in r.integers(0 if r.random() < .1 else 1, 6, r.integers(0, 4)))

def diff():
    s = shape()
    a = values(r.choice(KINDS), s)
    other = a.dtype.str if r.random() < .6 else str(r.choice(KINDS))
    b = near(a, other) if r.random() < .8 else values(other, s)
    if r.random() < .05:
        b = np.reshape(b, (1,) + s)
    rtol, atol = float(r.choice([0, 1e-7, 1e-5, 1e-2])), float(r.choice([0, 0, 1e-8, 1e-3, 1]))
    equal = bool(r.random() < .7)
    try:
        np.testing.assert_allclose(a, b, rtol=rtol, atol=atol, equal_nan=equal)
        ok = True
    except AssertionError:
        ok = False
    out = dict(a=wire(a), b=wire(b), rtol=rtol, atol=atol, equal=equal, ok=ok)
    if a.shape == b.shape:
        close = np.isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal)
        bad = np.argwhere(~np.asarray(close))
        out['differing'] = len(bad)
        out['first'] = bad[0].tolist() if len(bad) else None
        wide = np.asarray(b, np.result_type(b, 1.))
        d = np.abs(a - wide)
        same = (a == wide) | (np.isnan(a) & np.isnan(wide))
        d = np.where(same | np.isnan(d), 0, d)
        out['largest'] = float(d.max()) if d.size and d.max() > 0 else 0
        if isinstance(out['largest'], float) and np.isinf(out['largest']): out['largest'] = 'inf'
        if any(x.dtype.kind in 'iu' and x.dtype.itemsize == 8 for x in (a, b)):
            out.update(exactly(a, b, wide, rtol, atol, equal))
    return out

def exactly(a, b, wide, rtol, atol, equal):
    """As above for 64-bit integers, which NumPy rounds to floats."""
    def number(x):
        if np.imag(x) != 0 or not np.isfinite(x): return x.item()
        return Fraction(np.real(x).item())
    bad, largest = [], 0
    for at in np.ndindex(a.shape):
        x, y = number(a[at]), number(b[at])
        if x == y or (x != x and y != y and equal): continue
        d = abs(x - y) if isinstance(x, Fraction) and isinstance(y, Fraction) else float(np.abs(a[at] - wide[at]))
        bound = atol + rtol * abs(wide[at])
        close = np.isfinite(b[at]) and np.isfinite(float(d)) and (np.isinf(bound) or Fraction(d) <= Fraction(float(bound)))
        if not close: bad.append(list(at))
        if d == d: largest = max(largest, d)
    largest = 'inf' if largest == float('inf') else float(largest)
    return dict(ok=not bad, differing=len(bad), first=bad[0] if bad else None, largest=largest)

def other_values(dtype, shape):
    dtype = np.dtype(dtype)
    if dtype.names:
        a = np.zeros(shape, dtype)
        for name in dtype.names:
            a[name] = values(dtype[name], shape)
        return a
    if dtype.kind in 'mM':
        a = r.integers(-3, 4, shape).astype('i8')
        a = np.where(r.random(shape) < .2, np.iinfo('i8').min, a)
        return np.asarray(a.view(dtype.newbyteorder('=')) if a.ndim else np.array([a]).view(dtype.newbyteorder('=')).reshape(())).astype(dtype)
    return np.asarray(r.choice(['', 'a', 'ab', 'abc', 'b'], shape)).astype(dtype)

def other():
    s = shape()
    kind = r.choice(['S3', '<U3', '>U2', '<M8[D]', '>M8[h]', '<m8[s]', '>m8[ms]', 'record'])
    alike = {'S': ['S3', 'S5'], 'U': ['<U3', '>U2'], 'M': ['<M8[D]', '>M8[h]'], 'm': ['<m8[s]', '>m8[ms]'], 'c': ['record']}
    another = r.choice(alike[next(k for k in 'SUMmc' if k in kind)])
    dtype = lambda k: np.dtype([('x', '<i2'), ('y', '>f4')]) if k == 'record' else np.dtype(str(k))
    a = other_values(dtype(kind), s)
    b = a.astype(dtype(another)) if r.random() < .4 else other_values(dtype(another), s)
    equal = bool(r.random() < .7)
    bad = np.asarray(a != b)
    if a.dtype.kind in 'mM' and equal:
        bad = bad & ~(np.isnat(a) & np.isnat(b))
    if a.dtype.names and equal:
        # Records are equal where their fields are, as arrays of each field would be.
        y = (a['y'] != b['y']) & ~(np.isnan(a['y']) & np.isnan(b['y']))
        bad = np.asarray((a['x'] != b['x']) | y)
    at = np.argwhere(bad)
    return dict(a=wire(a), b=wire(b), equal=equal, differing=len(at), first=at[0].tolist() if len(at) else None)

def check():
    a = values(r.choice([k for k in KINDS if 'c' not in k]), shape())
    finite = bool(r.random() < .5)
    low = float(r.choice([-1e3, -5, 0, 1.5])) if r.random() < .7 else None
    high = float(r.choice([1e3, 5, 0, 2.5])) if r.random() < .7 else None
    allow = bool(r.random() < .3)
    bad = np.zeros(a.shape, bool)
    nan = np.isnan(a)
    if finite: bad |= ~np.isfinite(a)
    for bound, wrong in ((low, lambda x: a < x), (high, lambda x: a > x)):
        if bound is not None:
            bad |= wrong(bound)
            if not allow: bad |= nan
    at = np.argwhere(bad)
    return dict(a=wire(a), finite=finite, low=low, high=high, allow=allow, first=at[0].tolist() if len(at) else None)

def stats():
    a = values(r.choice(KINDS), shape())
    nan, inf = np.isnan(a), np.isinf(a)
    out = dict(a=wire(a), nan=int(nan.sum()), inf=int((inf & ~nan).sum() if a.dtype.kind != 'c' else inf.sum()))
    some = a[~nan]
    if some.size:
        out.update(size=float(min(np.abs(some.astype('c16')).max(), 1e300)), min=text(some.min()), max=text(some.max()), mean=text(some.mean()), std=text(some.std()))
    if a.dtype.kind in 'iuf' and some.size:
        with np.errstate(all='ignore'):
            found, low, high = (np.quantile(some, [0.25, 0.5, 0.75], method=m).astype('f8') for m in ('linear', 'lower', 'higher'))
            out.update(quartiles=[text(x) for x in np.where(np.isnan(found), np.where(low == high, low, low + high), found)])
    finite = some[np.isfinite(some)]
    if a.dtype.kind in 'iuf' and finite.size:
        wide = finite.astype('f8')
        try:
            counts, edges = np.histogram(wide, 7, (wide.min(), wide.max()))
            out.update(counts=counts.tolist(), edges=edges.tolist())
        except ValueError:
            pass  # Where floats are too far apart for so many bins.
    return out

json.dump([dict(diff=diff, other=other, check=check, stats=stats)[q['what']]() for _ in range(q['count'])], sys.stdout)
`

function ask<Case>(python: string, what: string, count: number): Case[] {
  return askPython<Case[]>(python, PYTHON, { what, count, seed: seed() })
}

function fromWire({ dtype, shape, order, data }: Wire): NDArray {
  const raw = arrayOf(new Uint8Array(Buffer.from(data, 'base64'))).view(dtype) as NDArray
  return raw.reshape(shape, { order })
}

function itemsize({ dtype }: Wire): number {
  return dtype === '?' ? 1 : Number(/\d+$/.exec(dtype)?.[0] ?? 1)
}

const quiet = (): void => {}

live('diff agrees with numpy.testing.assert_allclose', async (t, python) => {
  type Case = { a: Wire; b: Wire; rtol: number; atol: number; equal: boolean; ok: boolean; differing?: number } & {
    first: number[] | null
    largest: number | 'inf'
  }
  const cases = ask<Case>(python, 'diff', times(4000))
  for (const { a, b, rtol, atol, equal, ok, differing, first, largest } of cases) {
    const found = await differencesOf(fromWire(a), fromWire(b), { rtol, atol, equalNaN: equal }, quiet)
    const about = JSON.stringify({ a, b, rtol, atol, equal })
    if ('unlike' in found) {
      t.false(ok, about)
      continue
    }
    t.is(found.differing === 0, ok, about)
    if (differing === undefined) continue
    t.is(found.differing, differing, about)
    t.deepEqual(found.first?.index ?? null, first, about)
    const value = found.maxAbsolute?.value ?? 0
    const wanted = largest === 'inf' ? Infinity : largest
    t.true(Number(value) === wanted || Math.abs(Number(value) - wanted) <= 1e-6 * wanted, `${value} ${wanted} ${about}`)
  }
})

live('diff of text, dates and records agrees with a script of NumPy', async (t, python) => {
  type Case = { a: Wire; b: Wire; equal: boolean; differing: number; first: number[] | null }
  for (const { a, b, equal, differing, first } of ask<Case>(python, 'other', times(1000))) {
    const about = JSON.stringify({ a, b, equal })
    const found = await differencesOf(fromWire(a), fromWire(b), { rtol: 1e-7, atol: 0, equalNaN: equal }, quiet)
    if ('unlike' in found) {
      t.fail(about)
      continue
    }
    t.is(found.differing, differing, about)
    t.deepEqual(found.first?.index ?? null, first, about)
  }
})

live('check agrees with a script of NumPy', async (t, python) => {
  type Case = {
    a: Wire
    finite: boolean
    low: number | null
    high: number | null
    allow: boolean
    first: number[] | null
  }
  for (const { a, finite, low, high, allow, first } of ask<Case>(python, 'check', times(3000))) {
    const rules = { finite, min: low ?? undefined, max: high ?? undefined, allowNaN: allow }
    const found = await breachOf(fromWire(a), rules, quiet)
    t.deepEqual(found?.index ?? null, first, JSON.stringify({ a, finite, low, high, allow }))
  }
})

live('stats agrees with NumPy', async (t, python) => {
  type Case = { a: Wire; nan: number; inf: number; size?: number; counts?: number[]; edges?: number[] } & {
    quartiles?: [string, string][]
  } & {
    [name in 'min' | 'max' | 'mean' | 'std']?: [string, string]
  }
  const number = (text: string): number =>
    text === 'inf' ? Infinity : text === '-inf' ? -Infinity : text === 'nan' ? Number.NaN : Number(text)
  const cases = ask<Case>(python, 'stats', times(1500))
  // Whole, and in blocks of three elements whose results are combined.
  for (const [one, bytes] of cases.flatMap((each) => [
    [each, undefined] as const,
    [each, 3 * itemsize(each.a)] as const,
  ])) {
    const about = JSON.stringify({ ...one, bytes })
    const found = await statisticsOf(fromWire(one.a), {
      bins: 7,
      report: quiet,
      ...(bytes === undefined ? {} : { bytes }),
    })
    t.is(found.nan, one.nan, about)
    t.is(found.inf, one.inf, about)
    for (const name of ['min', 'max', 'mean', 'std'] as const) {
      const value = found[name]
      if (one[name] === undefined) {
        t.is(value, null, about)
        continue
      }
      const [re, im] = one[name].map(number) as [number, number]
      const parts =
        typeof value === 'object' && value !== null
          ? [value as { re: number; im: number }].flatMap(({ re: x, im: y }) => [x, y])
          : [Number(value), 0]
      const tolerance = one.a.dtype.endsWith('f2') ? 2e-3 : 1e-6
      const close = (x: number, y: number): boolean =>
        Object.is(x, y) ||
        x === y ||
        (Number.isNaN(x) && Number.isNaN(y)) ||
        Math.abs(x - y) <= tolerance * (one.size ?? 0)
      // NumPy's sums are infinite where float16 overflows midway.
      if (one.a.dtype.endsWith('f2') && name === 'std' && !Number.isFinite(re)) continue
      t.true(close(parts[0] as number, re) && close(parts[1] as number, im), `${name} ${String(value)} ${about}`)
    }
    const isSingle = one.a.dtype.endsWith('f2') || one.a.dtype.endsWith('f4')
    t.deepEqual(
      [found.q1, found.median, found.q3].map((value) => (value === null ? null : value + 0)),
      one.quartiles?.map(([re]) => (isSingle ? Math.fround(number(re)) : number(re)) + 0) ?? [null, null, null],
      about,
    )
    if (one.counts !== undefined) {
      t.deepEqual(found.histogram?.counts, one.counts, about)
      // -0 is 0.
      t.deepEqual(
        found.histogram?.edges.map((edge) => edge + 0),
        one.edges?.map((edge) => edge + 0),
        about,
      )
    }
  }
})
