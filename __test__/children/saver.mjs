// Saves arrays over one file until it is killed. Each holds one number only, so that a partial file shows.
import { args, save, savez, zeros } from './common.mjs'

const [path, kind] = args
console.log('READY')
for (let round = 1; ; round++) {
  const array = zeros(200_000, { dtype: 'int32' })
  array.fill(round % 1000)
  if (kind === 'npz') savez(path, { x: array, y: array })
  else save(path, array)
}
