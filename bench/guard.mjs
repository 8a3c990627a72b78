// Costs in this process with the guard on or off, in seconds as JSON.
import { memmap } from '../dist/index.js'
import { perCall } from './clock.mjs'

const [path] = process.argv.slice(2)
const a = memmap(path, { dtype: 'float32', shape: [1000, 1000], mode: 'r' })
const get = () => {
  let sum = 0
  for (let i = 0; i < 1000; i++) for (let j = 0; j < 1000; j++) sum += a.get(i, j)
  return sum
}
for (let round = 0; round < 5; round++) get()
console.log(
  JSON.stringify({
    'get(i, j)': perCall(1, get).median / 1e6,
    'sum() of 4 MB': perCall(20, (count) => {
      for (let index = 0; index < count; index++) a.sum()
    }).median,
    'open and close': perCall(2000, (count) => {
      for (let index = 0; index < count; index++) memmap(path, { dtype: 'float32', mode: 'r' }).close()
    }).median,
  }),
)
