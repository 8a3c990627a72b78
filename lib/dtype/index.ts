export { arrayOperations, isArrayValue, registerArrayValue } from './array-value.js'
export type { ArrayValue } from './array-value.js'
export { NATIVE_ORDER } from './byte-order.js'
export type { ByteOrder } from './byte-order.js'
export { fieldsInOrder } from './descr.js'
export type { Descr, DescrField, DescrName, DTypeJson, DTypeJsonFields } from './descr.js'
export { DType } from './dtype.js'
export type { DTypeOrName } from './dtype.js'
export type { DTypeFields, Field } from './dtype-fields.js'
export { dtype, parseDType } from './parse.js'
export { promoteDTypes } from './promote.js'
export { BY_TYPED_ARRAY, NUMBER_ROWS, NUMBERS, OPAQUE_CODE, TIME_CODE } from './table.js'
export type { Kind, NumberMethod, NumberName, NumberRow, TypedArrayConstructor } from './table.js'
export { ticksPerTick, TIME_UNITS, timeUnitText } from './time-unit.js'
export type { TimeUnit, TimeUnitName } from './time-unit.js'
export type {
  AnyRecord,
  AnyScalar,
  AnyWritable,
  Complex,
  Nested,
  NestedList,
  NestedWritable,
  NumberElements,
} from './types/element.js'
export type {
  Canonical,
  Checked,
  DTypeLike,
  SingleName,
  Element,
  FieldLike,
  FieldTable,
  NameOf,
  NestedOf,
  Scalar,
  SubArrayShape,
  TypedArrayOf,
  Writable,
} from './types/spec.js'
