import { NATIVE_ORDER, NUMBER_ROWS } from '../dtype/index.js'
import type { DType } from '../dtype/index.js'
import { fillHalfTable } from '../scalar/half.js'
import type { AccessorKind, Accessors } from './accessors/access.js'
import { ACCESSORS } from './accessors/generated.js'
import type { ArrayState } from './accessors/generated.js'
import { VIEW_OF } from './accessors/view-of.js'

export type { AccessorKind } from './accessors/access.js'

const SLOW: AccessorKind = { id: 0, key: '', view: 'view', unit: 1 }

/** The three kinds of each numeric dtype except complex: aligned in native order, else little-endian or big-endian. */
const KINDS: readonly (readonly [AccessorKind, AccessorKind, AccessorKind] | undefined)[] = NUMBER_ROWS.map(
  ([name, { kind, itemsize, method }], row) =>
    kind === 'c'
      ? undefined
      : [
          { id: 3 * row + 1, key: name, view: VIEW_OF[method], unit: itemsize },
          { id: 3 * row + 2, key: `${name}-little`, view: 'view', unit: 1 },
          { id: 3 * row + 3, key: `${name}-big`, view: 'view', unit: 1 },
        ],
)

const LITTLE = NATIVE_ORDER === '<'

/** Returns the kind of accessor for a dtype, and for elements that are all aligned or not. */
export function accessorKindOf(dtype: DType, aligned: boolean): AccessorKind {
  const kinds = KINDS[dtype.code]
  if (kinds === undefined) return SLOW
  if (dtype.itemsize === 1 || (aligned && !dtype.swapped)) return kinds[0]
  return LITTLE !== dtype.swapped ? kinds[1] : kinds[2]
}

/** The getters and setters of a kind; undefined where elements take the slow path. */
export function accessorsOf(kind: AccessorKind): Accessors<ArrayState> | undefined {
  if (kind.key.startsWith('float16')) fillHalfTable()
  return ACCESSORS[kind.key]
}
