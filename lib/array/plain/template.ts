/**
 * Loops over the elements of small arrays: the template from which `scripts/generate-accessors.mjs` generates copies, one for each kind of
 * typed array, because V8 compiles an access to one kind as a load, and an access to many as a search. `first` and `at` are indices in
 * typed arrays, and `step` is the distance between elements.
 * @module
 */

/** The methods of typed arrays that this folder needs, whatever their elements. */
export type View = Pick<Float64Array, 'length' | 'fill' | 'set' | 'subarray'> & { [index: number]: number }

/** The loops over one kind of typed array. */
export interface PlainLoops {
  /** The sum in pairs, as NumPy adds up floats. `round` is called with each sum: always the same for a kind, so that V8 inlines it. */
  sum: (view: View, first: number, step: number, size: number, round: (sum: number) => number) => number
  /** The sum in the order of the elements; as {@link sum}. */
  sumInOrder: (view: View, first: number, step: number, size: number, round: (sum: number) => number) => number
  /** The position of the first NaN, or else of the first of the largest elements. */
  largest: (view: View, first: number, step: number, size: number) => number
  /** The position of the first NaN, or else of the first of the smallest elements. */
  smallest: (view: View, first: number, step: number, size: number) => number
  /** Stores 1 where an element compares so with a number, else 0. */
  compareNumber: (flags: Uint8Array, view: View, first: number, size: number, op: string, number: number) => void
  /** Stores 1 where an element compares so with one of another array, else 0. */
  compareEach: (
    flags: Uint8Array,
    view: View,
    first: number,
    size: number,
    op: string,
    others: View,
    start: number,
  ) => void
  /** Copies `rows` runs of `columns` elements. False where one is NaN, whose bits V8 may change: then the caller copies them otherwise. */
  copy: (
    to: View,
    at: number,
    from: View,
    first: number,
    rows: number,
    rowStep: number,
    columns: number,
    step: number,
  ) => boolean
  /** Copies runs of `inner` elements, those at `positions` of each of `outer` groups of `length` runs; as {@link copy}. */
  take: (
    to: View,
    at: number,
    from: View,
    first: number,
    outer: number,
    length: number,
    inner: number,
    positions: Float64Array,
  ) => boolean
  /** Copies the elements at the first `count` of the positions; as {@link copy}. */
  select: (to: View, at: number, from: View, first: number, count: number, positions: Uint16Array) => boolean
}

/** Numbers that NumPy adds up with eight sums before it pairs them. */
const BLOCK = 128

/** The copies of the loops. */
export const LOOPS: PlainLoops[] = []

// oxlint-disable-next-line typescript/no-extraneous-class -- for the static block
export class Copies {
  static {
    LOOPS.push({
      sum: function inPairs(view, first, step, size, round): number {
        if (size > BLOCK) {
          const left = (size >> 1) & -8
          const right = first + left * step
          return round(inPairs(view, first, step, left, round) + inPairs(view, right, step, size - left, round))
        }
        let at = first
        let sum = 0
        let rest = size
        if (size >= 8) {
          let a = 0
          let b = 0
          let c = 0
          let d = 0
          let e = 0
          let f = 0
          let g = 0
          let h = 0
          for (; rest >= 8; rest -= 8) {
            a = round(a + (view[at] as number))
            b = round(b + (view[(at += step)] as number))
            c = round(c + (view[(at += step)] as number))
            d = round(d + (view[(at += step)] as number))
            e = round(e + (view[(at += step)] as number))
            f = round(f + (view[(at += step)] as number))
            g = round(g + (view[(at += step)] as number))
            h = round(h + (view[(at += step)] as number))
            at += step
          }
          sum = round(round(round(a + b) + round(c + d)) + round(round(e + f) + round(g + h)))
        }
        for (; rest > 0; rest--, at += step) sum = round(sum + (view[at] as number))
        return sum
      },
      sumInOrder(view, first, step, size, round) {
        let sum = 0
        for (let i = 0, at = first; i < size; i++, at += step) sum = round(sum + (view[at] as number))
        return sum
      },
      largest(view, first, step, size) {
        let most = view[first] as number
        let position = 0
        if (most !== most) return 0
        for (let i = 1, at = first + step; i < size; i++, at += step) {
          const value = view[at] as number
          if (value <= most) continue
          most = value
          position = i
          if (value !== value) break
        }
        return position
      },
      smallest(view, first, step, size) {
        let least = view[first] as number
        let position = 0
        if (least !== least) return 0
        for (let i = 1, at = first + step; i < size; i++, at += step) {
          const value = view[at] as number
          if (value >= least) continue
          least = value
          position = i
          if (value !== value) break
        }
        return position
      },
      compareNumber(flags, view, first, size, op, number) {
        if (op === '<') for (let i = 0; i < size; i++) flags[i] = (view[first + i] as number) < number ? 1 : 0
        else if (op === '<=') for (let i = 0; i < size; i++) flags[i] = (view[first + i] as number) <= number ? 1 : 0
        else if (op === '>') for (let i = 0; i < size; i++) flags[i] = (view[first + i] as number) > number ? 1 : 0
        else if (op === '>=') for (let i = 0; i < size; i++) flags[i] = (view[first + i] as number) >= number ? 1 : 0
        else if (op === '==') for (let i = 0; i < size; i++) flags[i] = view[first + i] === number ? 1 : 0
        else for (let i = 0; i < size; i++) flags[i] = view[first + i] === number ? 0 : 1
      },
      compareEach(flags, view, first, size, op, others, start) {
        if (op === '>') this.compareEach(flags, others, start, size, '<', view, first)
        else if (op === '>=') this.compareEach(flags, others, start, size, '<=', view, first)
        else if (op === '<')
          for (let i = 0; i < size; i++) flags[i] = (view[first + i] as number) < (others[start + i] as number) ? 1 : 0
        else if (op === '<=')
          for (let i = 0; i < size; i++) flags[i] = (view[first + i] as number) <= (others[start + i] as number) ? 1 : 0
        else if (op === '==') for (let i = 0; i < size; i++) flags[i] = view[first + i] === others[start + i] ? 1 : 0
        else for (let i = 0; i < size; i++) flags[i] = view[first + i] === others[start + i] ? 0 : 1
      },
      copy(to, at, from, first, rows, rowStep, columns, step) {
        for (let row = 0; row < rows; row++, first += rowStep)
          for (let column = 0, place = first; column < columns; column++, place += step) {
            const value = from[place] as number
            if (value !== value) return false
            to[at++] = value
          }
        return true
      },
      take(to, at, from, first, outer, length, inner, positions) {
        for (let group = 0; group < outer; group++, first += length * inner)
          for (let index = 0; index < positions.length; index++) {
            const place = first + (positions[index] as number) * inner
            for (let i = 0; i < inner; i++) {
              const value = from[place + i] as number
              if (value !== value) return false
              to[at++] = value
            }
          }
        return true
      },
      select(to, at, from, first, count, positions) {
        for (let i = 0; i < count; i++) {
          const value = from[first + (positions[i] as number)] as number
          if (value !== value) return false
          to[at + i] = value
        }
        return true
      },
    })
  }
}
