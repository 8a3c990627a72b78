import { sizeOf } from '../../layout/shape.js'
import { flatIndex, unravel } from './line.js'

/** Converts positions in a chunk of an array to positions in C order in the whole array. */
export class Positions {
  private constructor(
    /** Whether the elements of the chunk are in C order. */
    readonly ordered: boolean,
    private readonly whole: readonly number[],
    /** For a chunk of a line, the elements before it; null for a tile. */
    private readonly before: number | null,
    private readonly shape: readonly number[],
    private readonly origin: readonly number[],
  ) {}

  /** For a chunk after `before` elements in C or Fortran order. */
  static onLine(order: 'C' | 'F', before: number, whole: readonly number[]): Positions {
    return new Positions(order === 'C', whole, before, [], [])
  }

  /** For a tile with a shape and the index of its first element. */
  static inTile(shape: readonly number[], origin: readonly number[], whole: readonly number[]): Positions {
    return new Positions(true, whole, null, shape, origin)
  }

  /** The kernel's argument for elements in F order: the elements before them and the shape of the whole; empty in C order. */
  get columns(): Float64Array {
    const axes = this.whole.filter((length) => length !== 1)
    return this.ordered ? new Float64Array() : Float64Array.of(this.before as number, ...axes)
  }

  /** The position in the whole array. */
  of(position: number): number {
    const { whole, before } = this
    if (before === null) {
      const index = unravel(position, this.shape)
      return flatIndex(
        index.map((at, axis) => at + (this.origin[axis] as number)),
        whole,
      )
    }
    if (this.ordered) return before + position
    let rest = before + position
    let result = 0
    for (let axis = 0, step = sizeOf(whole); axis < whole.length; axis++) {
      const length = whole[axis] as number
      step /= length
      result += (rest % length) * step
      rest = Math.floor(rest / length)
    }
    return result
  }

  /** The index on axis 0 of an element in F order. */
  row(position: number): number {
    const length = this.whole[0] as number
    return (((this.before as number) % length) + position) % length
  }
}
