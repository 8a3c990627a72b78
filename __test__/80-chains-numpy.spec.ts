import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { hasPadding } from '../lib/ops/cast/records.js'
import { parseDType } from '../lib/dtype/index.js'
import { NDArray, memmap } from '../lib/index.js'
import { folder } from './support/files.js'
import { arrayFrom, randomArray, randomDType, randomShape } from './support/live-arrays.js'
import { SCRIPT, attempt, difference, packed, selectorOf } from './support/live-chain.js'
import type { Case, Outcome, Step } from './support/live-chain.js'
import { Steps } from './support/live-steps.js'
import { live } from './support/live.js'
import { askPython, randomFrom, seed } from './support/numpy-live.js'
import type { Random } from './support/numpy-live.js'
import { times } from './support/slow.js'

const SEED = seed()
const ROUNDS = times(Number(process.env['MEMMAP_ROUNDS'] ?? 3000))

/** The start of a case: elements among random bytes, at any offset. */
function beginning(random: Random): Omit<Case, 'steps'> & { style: 'tame' | 'wild' } {
  const dtype = randomDType(random)
  const shape = randomShape(random)
  const style = random.chance(0.7) ? 'tame' : 'wild'
  const { data, order } = randomArray(random, dtype, shape, style)
  const offset = random.chance(0.6) ? 0 : random.below(20)
  const around = (count: number): Buffer => Buffer.from(Array.from({ length: count }, () => random.below(256)))
  const memory = Buffer.concat([around(offset), Buffer.from(data, 'base64'), around(1 + random.below(9))])
  return { memory: memory.toString('base64'), offset, dtype, shape, order, writeable: random.chance(0.9), style }
}

interface Answer {
  readonly outcomes: readonly Outcome[]
  readonly memory: string
  /** The elements of the base in C order, without bytes between fields. */
  readonly elements: string
}

function firstDifference(steps: readonly Step[], ours: readonly Outcome[], { outcomes }: Answer): string | undefined {
  for (const [step, outcome] of ours.entries()) {
    const numpy = outcomes[step] as Outcome
    if (steps[step]?.nowhere === true && 'error' in numpy) return undefined
    const found = difference(outcome, numpy)
    if (found !== undefined) return `step ${step}: ${found}`
    // From here on the two chains differ.
    if ('wrong' in numpy || 'error' in outcome !== 'error' in numpy) return undefined
  }
  return undefined
}

/** The bytes of the file at the end. After a failed store each side may have stored other elements. */
function differenceOnDisk(
  { steps, ...item }: Case,
  ours: readonly Outcome[],
  answer: Answer,
  after: Buffer,
): string | undefined {
  const stores = (step: number): boolean => ['assign', 'fill'].includes(steps[step]?.op ?? '')
  const brokenOff = (outcomes: readonly Outcome[]): boolean =>
    outcomes.some((one, step) => 'error' in one && (stores(step) || one.error.startsWith('SystemError')))
  if (brokenOff(ours) || brokenOff(answer.outcomes) || answer.outcomes.some((one) => 'wrong' in one)) return undefined
  const dtype = parseDType(item.dtype)
  if (!hasPadding(dtype.base)) {
    return after.equals(Buffer.from(answer.memory, 'base64'))
      ? undefined
      : `memory ${after.toString('base64')}, NumPy ${answer.memory}`
  }
  // Some of NumPy's stores by index lists copy the bytes between fields too.
  const size = item.shape.reduce((product, length) => product * length, dtype.itemsize)
  const base = arrayFrom({ ...item, data: after.subarray(item.offset, item.offset + size).toString('base64') })
  const elements = packed(base).toString('base64')
  return elements === answer.elements ? undefined : `elements ${elements}, NumPy ${answer.elements}`
}

live('random chains of views, selections, casts and assignments agree with NumPy', (t, python) => {
  const random = randomFrom(SEED)
  const starts = Array.from({ length: ROUNDS }, () => beginning(random))
  const path = join(folder(t), 'memory.bin')
  const memories = starts.map(({ memory }) => Buffer.from(memory, 'base64'))
  writeFileSync(path, Buffer.concat(memories))

  const cases: Case[] = []
  const ours: Outcome[][] = []
  let start = 0
  starts.forEach((given, number) => {
    const { style, ...beginning } = given
    const { offset, dtype, shape, order, writeable } = beginning
    const base = memmap(path, {
      dtype: dtype as never,
      shape,
      order,
      offset: start + offset,
      mode: writeable ? 'r+' : 'r',
    }) as unknown as NDArray
    const make = new Steps(random, style)
    make.select = (array, at) => array.index(...at.map(selectorOf))
    const steps: Step[] = []
    const outcomes: Outcome[] = []
    let array = base
    const count = 1 + random.below(7)
    while (steps.length < count) {
      const kind = random.next()
      const step = kind < 0.5 ? make.onward(array) : kind < 0.8 ? make.store(array, base) : make.look(array, base)
      steps.push(step)
      const { outcome, found } = attempt(array, step, base, start)
      outcomes.push(outcome)
      // Where NumPy fails in the middle of a store, each side has stored other elements.
      if ('error' in outcome && ['assign', 'fill'].includes(step.op)) break
      if (found instanceof NDArray && !step.aside && found.size < 3000) array = found
      else if (found instanceof NDArray && !step.aside) break
    }
    cases.push({ ...beginning, steps })
    ours.push(outcomes)
    base.store.close()
    start += memories[number]?.length ?? 0
  })
  const after = readFileSync(path)

  const answers = askPython<Answer[]>(python, SCRIPT, cases)
  const failures: string[] = []
  start = 0
  cases.forEach((item, number) => {
    const mine = ours[number] ?? []
    const answer = answers[number] as Answer
    const length = memories[number]?.length ?? 0
    const found =
      firstDifference(item.steps, mine, answer) ??
      differenceOnDisk(item, mine, answer, after.subarray(start, start + length))
    const { memory, ...rest } = item
    const shown = { ...rest, bytes: memory }
    if (found !== undefined)
      failures.push(`case ${number}: ${found}\n${inspect(shown, { depth: 20, breakLength: 200, maxArrayLength: 300 })}`)
    start += length
  })
  t.is(
    failures.length,
    0,
    `seed ${SEED}, ${failures.length} of ${ROUNDS} cases differ:\n${failures.slice(0, 5).join('\n\n')}`,
  )
  t.log(`${ROUNDS} cases, seed ${SEED}`)
})
