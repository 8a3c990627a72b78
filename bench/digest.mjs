/** Digest to compare the results of two sides: a number, or 64 elements of an array. As `digest` in numpy_side.py. */
export function digest(result) {
  if (typeof result !== 'object') return [Number(result)]
  const isTyped = ArrayBuffer.isView(result)
  const { shape, size } = isTyped ? { shape: [result.length], size: result.length } : result
  return Array.from({ length: 64 }, (_, index) => {
    let rest = Math.floor((index * (size - 1)) / 63)
    const indices = new Array(shape.length)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      indices[axis] = rest % shape[axis]
      rest = Math.floor(rest / shape[axis])
    }
    return Number(isTyped ? result[indices[0]] : result.get(...indices))
  })
}

/** Returns true if two digests agree, within the error of NumPy's sequential float32 sums along axis 0. */
export function agree(a, b) {
  const close = (x, y) =>
    x === y || Math.abs(x - y) <= 1e-4 * Math.max(Math.abs(x), Math.abs(y)) || (x !== x && y !== y)
  return a.length === b.length && a.every((x, index) => close(x, b[index]))
}
