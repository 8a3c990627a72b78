// Normalises a stack of images that may be larger than memory: each channel gets mean 0 and standard deviation 1, from file to file in one
// pass, while the event loop goes on.
//
//   node examples/normalise.mjs [MEBIBYTES]      8192 is 8 GiB, created for this
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getHeapStatistics } from 'node:v8'
import { arange, expr, openMemmap } from 'memmap'

const [CHANNELS, SIDE] = [3, 256]
const paths = ['in', 'out'].map((name) => join(tmpdir(), `memmap-images-${name}-${process.pid}.npy`))
const count = Math.max(1, Math.floor((Number(process.argv[2] ?? 256) * 2 ** 20) / (2 * CHANNELS * SIDE * SIDE)))

// Images of 16-bit numbers: [image, channel, row, column]. Each is a wave, brighter in each channel.
const images = openMemmap(paths[0], { mode: 'w+', dtype: 'uint16', shape: [count, CHANNELS, SIDE, SIDE] })
const number = arange(count).reshape([count, 1, 1, 1])
const channel = arange(CHANNELS).reshape([CHANNELS, 1, 1])
const row = arange(SIDE).reshape([SIDE, 1])
images.assign(
  expr`1000 * (${channel} + 2) + 900 * sin(0.05 * ${row} + ${number}) * cos(0.03 * ${arange(SIDE)} * (${channel} + 1))`,
)
const limit = Math.round(getHeapStatistics().heap_size_limit / 2 ** 20)
console.log(`${count} images, ${Math.round(images.nbytes / 2 ** 20)} MiB; V8's heap holds ${limit} MiB`)

let start = performance.now()
// Arrays of shape [1, 3, 1, 1], which broadcast; they are float64, so that the integers do not wrap.
const channels = { axis: [0, 2, 3], keepdims: true }
const mean = await images.promises.mean(channels)
const std = await images.promises.std(channels)
console.log(
  `mean ${mean.ravel().toString({ precision: 1 })}, standard deviation ${std.ravel().toString({ precision: 1 })}`,
)

const out = openMemmap(paths[1], { mode: 'w+', dtype: 'float32', shape: images.shape })
let ticks = 0
const clock = setInterval(() => ticks++, 5)
await out.promises.assign(expr`(${images} - ${mean}) / ${std}`, undefined, {
  onProgress: (part) => process.stderr.isTTY && process.stderr.write(`\r${Math.round(100 * part)} %\r`),
})
clearInterval(clock)
const seconds = (performance.now() - start) / 1000
console.log(`normalised in ${seconds.toFixed(2)} s; the event loop ran ${ticks} times meanwhile`)

start = performance.now()
const error = expr`abs(${out} * ${std} + ${mean} - ${images})`.max()
console.log(`restored, they differ by less than 0.01: ${error < 0.01}`)
const [low, high] = [expr`${out} < -3`.countNonzero(), expr`${out} > 3`.countNonzero()]
console.log(`pixels beyond 3 deviations: ${low + high}`)
console.log(`each channel has mean 0: ${out.mean({ ...channels, dtype: 'float64' }).allClose(0, { atol: 1e-4 })}`)
images.close()
out.close()
for (const path of paths) rmSync(path)
