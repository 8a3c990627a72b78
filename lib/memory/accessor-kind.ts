import { NATIVE_ORDER, NUMBER_ROWS } from '../dtype/index.js'
import type { DType } from '../dtype/index.js'
import { fillHalfTable } from '../scalar/half.js'
import type { Accessors } from './accessors/access.js'
import { ACCESSORS } from './accessors/generated.js'
import { VIEW_OF } from './accessors/view-of.js'
import type { ViewName } from './store.js'

/**
 * A kind of accessor: the view that it reads, and the unit of positions and steps in it. Arrays with the same kind of accessor
 * share a class for each rank, so that V8 sees one type of element in each class.
 */
export interface AccessorKind {
  /** The key of the accessors; empty for elements that have none and take the slow path (text, complex, records, ...). */
  readonly key: string
  readonly view: ViewName
  /** Bytes of one unit of a position. */
  readonly unit: number
}

const SLOW: AccessorKind = { key: '', view: 'view', unit: 1 }

/** The three kinds of each numeric dtype except complex: aligned in native order, else little-endian or big-endian. */
const KINDS: readonly (readonly [AccessorKind, AccessorKind, AccessorKind] | undefined)[] = NUMBER_ROWS.map(
  ([name, { kind, itemsize, method }]) =>
    kind === 'c'
      ? undefined
      : [
          { key: name, view: VIEW_OF[method], unit: itemsize },
          { key: `${name}-little`, view: 'view', unit: 1 },
          { key: `${name}-big`, view: 'view', unit: 1 },
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
export function accessorsOf(kind: AccessorKind): Accessors | undefined {
  if (kind.key.startsWith('float16')) fillHalfTable()
  return ACCESSORS[kind.key]
}
