/** The version of the package. The native code must have the same. */
export const VERSION = '0.1.0'
