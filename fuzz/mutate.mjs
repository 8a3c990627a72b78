/** Changes bytes like damage or an attack. */

/** Random numbers from a seed (mulberry32). */
export function randomFrom(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  return { next, below: (n) => Math.floor(next() * n) }
}

/** Tokens of headers and archives. */
const TOKENS = [
  ...Array.from('\'"()[]{},:\\\n\r\t #+-._0123456789LubrxUNje'),
  ...'\'\'\' """ \\x41 \\u0041 \\U0001F600 \\777 \\N{BULLET} True False None ... set() descr'.split(' '),
  ..."'shape' fortran_order '<f8' '|O' '|V9' '<U9' 0x7f 1e9 1_0 2j (2,) [] {} (((( [[[[ [(".split(' '),
  ...'99999999999999999999 2147483648 4294967295 -1 \xff\xff\xff\xff \0\0\0\0 \x93NUMPY'.split(' '),
  ...'PK\x03\x04 PK\x05\x06 PK\x01\x02'.split(' '),
].map((text) => Buffer.from(text, 'latin1'))

/** The bytes with a few changes: flipped, removed, doubled, replaced by those of another input, or tokens inserted. */
export function mutate(random, bytes, corpus) {
  let result = Buffer.from(bytes)
  for (let count = 1 + random.below(4); count > 0; count--) result = change(random, result, corpus)
  return result
}

function change(random, bytes, corpus) {
  // Mostly near the start, where headers are.
  const at = random.below(random.below(3) > 0 ? Math.min(bytes.length + 1, 160) : bytes.length + 1)
  const length = random.below(random.below(8) === 0 ? 200 : 8)
  const before = bytes.subarray(0, at)
  switch (random.below(8)) {
    case 0: {
      const copy = Buffer.from(bytes)
      if (copy.length > 0) copy[random.below(copy.length)] ^= 1 << random.below(8)
      return copy
    }
    case 1: {
      const copy = Buffer.from(bytes)
      if (at < copy.length) copy[at] = [0, 1, 0x7f, 0x80, 0xff, 0x5c, random.below(256)][random.below(7)]
      return copy
    }
    case 2:
      return Buffer.concat([before, bytes.subarray(at + length)])
    case 3:
      return Buffer.concat([before, bytes.subarray(at, at + length), bytes.subarray(at)])
    case 4:
      return random.below(6) === 0 ? Buffer.from(before) : bytes
    case 5: {
      const other = corpus[random.below(corpus.length)]
      const from = random.below(other.length + 1)
      return Buffer.concat([before, other.subarray(from, from + length), bytes.subarray(at + length)])
    }
    default: {
      const token = TOKENS[random.below(TOKENS.length)]
      const times = random.below(30) === 0 ? 1 + random.below(300) : 1
      const put = Buffer.concat(Array.from({ length: times }, () => token))
      return Buffer.concat([before, put, bytes.subarray(at + (random.below(2) === 0 ? put.length : 0))])
    }
  }
}
