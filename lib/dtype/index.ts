export { NATIVE_ORDER } from './byte-order.js'
export type { ByteOrder } from './byte-order.js'
export { Code } from './code.js'
export { fieldsInOrder } from './descr.js'
export type { Descr, DescrField, DescrName, DTypeJson, DTypeJsonFields } from './descr.js'
export { DType } from './dtype.js'
export type { Field, Kind } from './dtype.js'
export { given } from './given.js'
export type {
  AnyModel,
  AnyRecord,
  AnyScalar,
  AnyWritable,
  Complex,
  Model,
  Nested,
  NestedList,
  NestedWritable,
} from './models.js'
export { dtype, parseDType } from './parse.js'
export type { PlainName } from './spellings.js'
export { TIME_UNITS, timeUnitText } from './time-unit.js'
export type { TimeUnit, TimeUnitName } from './time-unit.js'
export type {
  Checked,
  DTypeLike,
  FieldLike,
  FieldTable,
  ModelOf,
  NameOf,
  NestedOf,
  Scalar,
  SubArrayShape,
  TypedArrayOf,
  Writable,
} from './types.js'
