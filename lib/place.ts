/** Where an array lies in a store; all in bytes. */
export interface Place {
  readonly shape: readonly number[]
  readonly byteStrides: readonly number[]
  readonly position: number
}

/** The bytes from the first to the last element, whichever lies where; none for no elements. */
export function extent({ shape, byteStrides, position }: Place, itemsize: number): { start: number; length: number } {
  if (shape.includes(0)) return { start: position, length: 0 }
  let start = position
  let end = position + itemsize
  for (let axis = 0; axis < shape.length; axis++) {
    const reaches = ((shape[axis] as number) - 1) * (byteStrides[axis] as number)
    if (reaches < 0) start += reaches
    else end += reaches
  }
  return { start, length: end - start }
}

/** Whether every element lies on a multiple of `alignment` bytes. */
export function isAligned(alignment: number, { shape, byteStrides, position }: Place): boolean {
  if (alignment <= 1) return true
  if (position % alignment !== 0) return false
  for (let axis = 0; axis < shape.length; axis++) {
    if ((shape[axis] as number) > 1 && (byteStrides[axis] as number) % alignment !== 0) return false
  }
  return true
}
