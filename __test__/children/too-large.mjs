// Asks for lists and text that no heap holds; reports the code of each error, and the memory that the process had at most.
import { array, args, memmap, report, save, zeros } from './common.mjs'

const [path] = args
const codes = {}
const attempt = (name, work) => {
  try {
    work()
    codes[name] = 'done'
  } catch (error) {
    codes[name] = error.code ?? error.name
  }
}
for (const shape of [[1e9], [1000, 1e6], [1e6, 1000], [10, 1e8]]) {
  const a = memmap(path, { dtype: 'uint8', shape, mode: 'r' })
  const whole = { threshold: Infinity }
  attempt(`toArray ${shape}`, () => a.toArray())
  attempt(`repr ${shape}`, () => a.repr(whole))
  attempt(`str ${shape}`, () => a.toString(whole))
  attempt(`edgeitems ${shape}`, () => a.repr({ edgeitems: 4e8 }))
  attempt(`JSON ${shape}`, () => JSON.stringify({ ...[a.view()].map((one) => ({ toJSON: () => one.toArray() })) }))
  attempt(`T ${shape}`, () => a.T.toArray())
  a.close()
}
const one = memmap(path, { dtype: 'uint8', shape: [1], mode: 'r' })
attempt('broadcast', () => one.broadcastTo([1e9]).toArray())
attempt('JSON of memory', () => JSON.stringify(one.copy().broadcastTo([1e9])))
attempt('text of memory', () => one.copy().broadcastTo([1e9]).toString({ threshold: 2e9 }))
for (const dtype of ['S600000000', [['x', 'u1', [200_000_000]]]]) {
  const a = memmap(path, { dtype, shape: [1], mode: 'r' })
  attempt(`get ${JSON.stringify(dtype)}`, () => a.get(0))
  attempt(`repr ${JSON.stringify(dtype)}`, () => a.repr())
  a.close()
}
attempt('repr of bytes', () => memmap(path, { dtype: 'V600000000', shape: [1], mode: 'r' }).repr())
attempt('fixed digits', () =>
  one.astype('float64').broadcastTo([1e6]).repr({ threshold: Infinity, floatmode: 'fixed', precision: 16_000 }),
)
const holes = new Array(2 ** 32 - 1)
const four = zeros([4])
attempt('array of holes', () => array(holes))
attempt('assign of holes', () => four.assign(holes))
attempt('take of holes', () => four.take(holes))
attempt('index of holes', () => four.index(holes))
attempt('mask of holes', () => four.mask(holes))
attempt('compare with holes', () => four.compare('<', holes))
attempt('equals holes', () => four.equals(holes))
attempt('save of holes', () => save(`${path}.npy`, holes))
report({ codes, peak: process.resourceUsage().maxRSS / 1024 })
