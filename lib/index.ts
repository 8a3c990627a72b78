export { array, zeros } from './create.js'
export type { ArrayOptions } from './create.js'
export type { CloseOptions } from './comparisons.js'
export type { Comparison } from './compare/operators.js'
export type { BlockOptions, Blocks } from './blocks.js'
export type { Strided } from './buffers.js'
export type { Assignable, NestedValues } from './assign.js'
export { DType, dtype } from './dtype/index.js'
export type {
  AnyModel,
  AnyRecord,
  AnyScalar,
  AnyWritable,
  ByteOrder,
  Complex,
  Descr,
  DescrField,
  DescrName,
  DTypeJson,
  DTypeJsonFields,
  DTypeLike,
  Field,
  FieldLike,
  FieldTable,
  Kind,
  Model,
  ModelOf,
  NameOf,
  Nested,
  NestedOf,
  PlainName,
  Scalar,
  SubArrayShape,
  TimeUnitName,
  TypedArrayOf,
  Writable,
} from './dtype/index.js'
export type { AttachOptions, Descriptor } from './descriptor.js'
export { MemmapError } from './errors.js'
export type { ErrorDetails, MemmapErrorCode } from './errors.js'
export type { ArrayPromises } from './later/promises.js'
export type { WatchOptions } from './later/watched.js'
export { Memmap } from './memmap.js'
export type { Advice, Residency } from './memmap.js'
export { NDArray } from './ndarray.js'
export type { Flags } from './ndarray.js'
export { load } from './npy/load.js'
export type { LoadOptions } from './npy/load.js'
export type { MmapMode } from './npy/mmap-mode.js'
export { openMemmap } from './npy/open-memmap.js'
export type { OpenMemmapOptions } from './npy/open-memmap.js'
export type { NpyVersion } from './npy/header.js'
export type { PathLike } from './npy/replace.js'
export { save } from './npy/save.js'
export type { SaveOptions } from './npy/save.js'
export { NpzFile } from './npz/npz-file.js'
export type { MemberOptions } from './npz/npz-file.js'
export { savez } from './npz/savez.js'
export { memmap } from './open.js'
export type { FileLike, MemmapOptions, Mode, ModeLike, OpenOptions } from './open.js'
export type {
  AxisOptions,
  ExtremeOptions,
  PositionOptions,
  ReduceOptions,
  ScanOptions,
  SpreadOptions,
  SumOptions,
} from './reduce/options.js'
export type { BasicSelector, BooleanList, IntegerList, Selector } from './selectors.js'
export type { IntegerArray, OrderLike, ShapeLike } from './shape.js'
export { newaxis, slice } from './slice.js'
export type { Slice } from './slice.js'
export { support } from './support.js'
export type { Support } from './support.js'
export type { FloatMode, PrintOptions } from './text/index.js'
