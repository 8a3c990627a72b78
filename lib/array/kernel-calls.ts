/**
 * Calls of single kernels without checks, from which the operations are built.
 * @module
 */
import { native, unwrapNative } from '../native/native.js'
import type { ArrayBase } from './array-base.js'
import { operand } from './operand.js'

/** Copies numbers with conversion, or elements of the same bytes. The arrays may overlap. */
export function assignKernel(target: ArrayBase, source: ArrayBase): void {
  unwrapNative(() => native.assign(operand(0, source), operand(1, target)))
}

/** Stores the bytes of one element in every element. */
export function fillKernel(target: ArrayBase, element: Uint8Array): void {
  unwrapNative(() => native.fill(operand(0, target), element))
}

/** Stores zero bytes in every element. */
export function clearKernel(target: ArrayBase): void {
  fillKernel(target, new Uint8Array(target.itemsize))
}
