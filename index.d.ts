/**
 * NumPy's memory-mapped array for Node.js: a file as an n-dimensional array, without reading it.
 *
 * @example
 * import { memmap } from 'memmap'
 *
 * const grid = memmap('grid.bin', { dtype: 'float32', shape: [1000, 1000], mode: 'w+' })
 * grid.set(2, 3, 0.5) // one element
 * grid.index('10:20', '::2').fill(1) // a view, written through to the file
 * grid.mean({ axis: 0 }) // an array of 1000 means
 * grid.data // a Float32Array over the pages of the file
 * grid.close()
 *
 * @packageDocumentation
 * @see https://numpy.org/doc/2.4/reference/generated/numpy.memmap.html
 */
export {
  DType,
  Memmap,
  MemmapError,
  NDArray,
  array,
  dtype,
  memmap,
  newaxis,
  slice,
  support,
  zeros,
} from './dist/index.js'
export type {
  Advice,
  AnyModel,
  AnyRecord,
  AnyScalar,
  AnyWritable,
  ArrayOptions,
  ArrayPromises,
  Assignable,
  AxisOptions,
  BasicSelector,
  BlockOptions,
  Blocks,
  BooleanList,
  ByteOrder,
  CloseOptions,
  Comparison,
  Complex,
  DTypeJson,
  DTypeJsonFields,
  DTypeLike,
  Descr,
  DescrField,
  DescrName,
  ErrorDetails,
  ExtremeOptions,
  Field,
  FieldLike,
  FieldTable,
  FileLike,
  Flags,
  FloatMode,
  IntegerArray,
  IntegerList,
  Kind,
  MemmapErrorCode,
  MemmapOptions,
  Mode,
  ModeLike,
  Model,
  ModelOf,
  NameOf,
  Nested,
  NestedOf,
  NestedValues,
  OpenOptions,
  OrderLike,
  PlainName,
  PositionOptions,
  PrintOptions,
  ReduceOptions,
  Residency,
  Scalar,
  ScanOptions,
  Selector,
  ShapeLike,
  Slice,
  SpreadOptions,
  Strided,
  SubArrayShape,
  SumOptions,
  Support,
  TimeUnitName,
  TypedArrayOf,
  WatchOptions,
  Writable,
} from './dist/index.js'
