export { arange, array, full, linspace, ones, zeros } from './api/create.js'
export type { ArrayOptions, DTypeOfValues, RangeOptions, SpaceOptions } from './api/create.js'
export { load } from './api/load.js'
export type { LoadOptions } from './api/load.js'
export { NpzFile } from './api/npz-file.js'
export { memmap, openMemmap } from './api/open.js'
export type { MemmapOptions, OpenMemmapOptions } from './api/open.js'
export { support } from './api/support.js'
export type { Support } from './api/support.js'
export type { Strided } from './array/typed-views.js'
export type { ComputedValue } from './array/computed.js'
// What the declarations of a generic function have to name.
export type {
  AxesOfIndexed,
  AxesOfLists,
  AxesOfShape,
  AxesWith,
  EntryOf,
  Indexed,
  LessAxes,
  ListsOf,
} from './array/axes.js'
export type { BlockOptions, Blocks } from './async/blocks.js'
export type { AsyncOptions } from './async/task.js'
export { DType, dtype } from './dtype/index.js'
export type {
  AnyRecord,
  AnyScalar,
  AnyWritable,
  ByteOrder,
  Canonical,
  Checked,
  Complex,
  Descr,
  DescrField,
  DescrName,
  DTypeJson,
  DTypeJsonFields,
  DTypeLike,
  DTypeOrName,
  Element,
  Field,
  FieldLike,
  FieldTable,
  Kind,
  NameOf,
  Nested,
  NestedOf,
  NumberElements,
  NumberName,
  Scalar,
  SubArrayShape,
  TimeUnitName,
  TypedArrayOf,
  Writable,
} from './dtype/index.js'
export { concat, expr, Expr, stack } from './expression.js'
export type { ExprPromises, Operand } from './expression.js'
export { MemmapError } from './errors/memmap-error.js'
export type { ErrorDetails, MemmapErrorCode } from './errors/memmap-error.js'
export type { AttachOptions, Descriptor } from './files/attach.js'
export type { MmapMode } from './files/mmap-mode.js'
export type { NpyVersion } from './files/npy/npy-version.js'
export { save } from './files/npy/save.js'
export type { SaveOptions } from './files/npy/save.js'
export type { MemberOptions } from './files/npz/npz-reader.js'
export { savez } from './files/npz/savez.js'
export type { SavezOptions } from './files/npz/savez.js'
export type { FileLike } from './files/open.js'
export type { Advice, Residency } from './files/pages.js'
export type { PathLike } from './files/replace-file.js'
export { newaxis, slice } from './layout/slice.js'
export type { Slice } from './layout/slice.js'
export type { IntegerArray, ShapeLike } from './layout/shape.js'
export type { OrderLike } from './layout/strides.js'
export { Memmap } from './memmap.js'
export type { Mode, ModeLike, OpenOptions } from './memory/origin.js'
export { NDArray } from './ndarray.js'
export type {
  ArrayPromises,
  Assignable,
  AsyncReductionMethod,
  DotResult,
  Flags,
  HistogramResult,
  Neighbours,
  NestedValues,
  NumbersLike,
  QuantileResult,
  Reduced,
  ReductionMethod,
  ScanMethod,
} from './ndarray.js'
export type { CloseOptions } from './ops/compare/compare.js'
export type { BasicSelector, BooleanList, IntegerList, Selector } from './ops/indexing/selectors.js'
export type { Metric } from './ops/linalg/metrics.js'
export type { NearestOptions } from './ops/linalg/nearest.js'
export type {
  AxisOptions,
  ExtremeOptions,
  PositionOptions,
  ReduceOptions,
  ScanOptions,
  SumOptions,
  VarianceOptions,
} from './ops/reduce/options.js'
export type { BincountOptions } from './ops/stats/count.js'
export type { SearchOptions, TopkOptions } from './ops/stats/select.js'
export type { ArgsortOptions, SortOptions } from './ops/stats/sort.js'
export type { HistogramOptions } from './ops/stats/histogram.js'
export type { Fractions, MedianOptions, QuantileMethod, QuantileOptions } from './ops/stats/quantile.js'
export type { Comparison, Reduction } from './ops/table.js'
export type { FloatMode, PrintOptions } from './text/index.js'

// What the declarations take from `@types/node` or newer libraries, so that they compile without both.
declare global {
  interface AbortSignal {}
  interface URL {}
  interface SymbolConstructor {
    readonly dispose: unique symbol
    readonly asyncDispose: unique symbol
  }
}
