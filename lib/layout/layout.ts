/** The layout of an array's elements in its store; strides and position in bytes. */
export interface Layout {
  readonly shape: readonly number[]
  readonly byteStrides: readonly number[]
  readonly position: number
}

/** The range of bytes from the lowest to the end of the highest element; empty for no elements. */
export function extent({ shape, byteStrides, position }: Layout, itemsize: number): { start: number; length: number } {
  if (shape.includes(0)) return { start: position, length: 0 }
  let start = position
  let end = position + itemsize
  for (let axis = 0; axis < shape.length; axis++) {
    const distance = ((shape[axis] as number) - 1) * (byteStrides[axis] as number)
    if (distance < 0) start += distance
    else end += distance
  }
  return { start, length: end - start }
}

/** Returns true if every element is at a multiple of `alignment` bytes. */
export function isAligned(alignment: number, { shape, byteStrides, position }: Layout): boolean {
  if (alignment <= 1) return true
  if (position % alignment !== 0) return false
  for (let axis = 0; axis < shape.length; axis++) {
    if ((shape[axis] as number) > 1 && (byteStrides[axis] as number) % alignment !== 0) return false
  }
  return true
}
