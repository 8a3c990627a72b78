/** The mode of a file. */
export type Mode = 'r' | 'r+' | 'w+' | 'c'
/** The mode of a file, by NumPy's short or long names. */
export type ModeLike = Mode | 'readonly' | 'readwrite' | 'write' | 'copyonwrite'

/** The options that open any file. */
export interface OpenOptions {
  /** Leave holes in a file that is created or grown, instead of allocating the space now. By default false: a full disk is `ENOSPC`. */
  sparse?: boolean
  /** The expected access pattern; `'normal'` by default. */
  access?: 'normal' | 'random' | 'sequential'
  /** Read the pages in before returning. */
  populate?: boolean
  /** Back the array by a SharedArrayBuffer, which Workers share, where the runtime can (`support().sharedBuffers`). */
  shared?: boolean
  /** An advisory lock on the file, held until `close()`. */
  lock?: 'shared' | 'exclusive'
}

/** The file and the range of it behind a mapping. */
export interface Origin {
  /** The absolute path; null for a file that was opened by a descriptor. */
  readonly filename: string | null
  /** The byte of the file at which the opened array starts. */
  readonly offset: number
  readonly mode: Mode
  /** The byte of the file at which the mapped range starts. */
  readonly start: number
  /** Bytes from the start of the mapped range, which is at a page boundary, to the opened array. */
  readonly pageOffset: number
  /** The options of the open call, where the file can be resized. */
  readonly options?: OpenOptions
  /** True for the data of a `.npy` file, whose header has the shape. */
  readonly npy?: boolean
  /** True for an array of a raw file whose axis 0 follows from the size of the file. */
  readonly fitted?: boolean
}
