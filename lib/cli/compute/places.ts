import { sizeOf } from '../../layout/shape.js'
import { flatIndex, unravel } from './line.js'

/** How places in a part of an array are places in the whole, in C order. */
export class Places {
  private constructor(
    /** Whether elements that follow each other in the part do so in the whole. */
    readonly ordered: boolean,
    private readonly whole: readonly number[],
    /** Of a part that lies on one line with the rest, the elements before it; null of others. */
    private readonly before: number | null,
    private readonly shape: readonly number[],
    private readonly origin: readonly number[],
  ) {}

  /** Of a part that follows so many elements, in C or Fortran order. */
  static onLine(order: 'C' | 'F', before: number, whole: readonly number[]): Places {
    return new Places(order === 'C', whole, before, [], [])
  }

  /** Of a part with axes of its own, and the index of its first element. */
  static inTile(shape: readonly number[], origin: readonly number[], whole: readonly number[]): Places {
    return new Places(true, whole, null, shape, origin)
  }

  /** What the kernel is told of elements that are not in order: those before them, and the shape of the whole; else nothing. */
  get columns(): Float64Array {
    const axes = this.whole.filter((length) => length !== 1)
    return this.ordered ? new Float64Array() : Float64Array.of(this.before as number, ...axes)
  }

  /** The place in the whole. */
  of(place: number): number {
    const { whole, before } = this
    if (before === null) {
      const index = unravel(place, this.shape)
      return flatIndex(
        index.map((at, axis) => at + (this.origin[axis] as number)),
        whole,
      )
    }
    if (this.ordered) return before + place
    let rest = before + place
    let made = 0
    for (let axis = 0, step = sizeOf(whole); axis < whole.length; axis++) {
      const length = whole[axis] as number
      step /= length
      made += (rest % length) * step
      rest = Math.floor(rest / length)
    }
    return made
  }

  /** Of elements that are not in order, the index on the first axis, which counts before all others. */
  row(place: number): number {
    const length = this.whole[0] as number
    return (((this.before as number) % length) + place) % length
  }
}
