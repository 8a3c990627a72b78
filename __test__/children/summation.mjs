// Reductions over more than one chunk for each thread, as text that keeps every bit.
import { array, report } from './common.mjs'

const count = 3_000_001
let state = 1
const values = Float64Array.from({ length: count }, () => {
  state = (Math.imul(state, 1664525) + 1013904223) | 0
  return state / 65536
})
const results = []
for (const dtype of ['float32', 'float64', '>f4', 'int16', 'float16']) {
  const a = array(values, { dtype })
  const grid = a.slice(0, 3_000_000).reshape(1500, 2000)
  for (const name of ['sum', 'mean', 'var', 'std', 'min', 'max', 'argmin', 'argmax', 'countNonzero']) {
    results.push(String(a[name]()))
    for (const axis of [0, 1]) results.push(String(grid[name]({ axis }).sum()), String(grid.T[name]({ axis }).sum()))
  }
}
report(results)
