import { MemmapError } from '../errors/memmap-error.js'
import type { Store } from './store.js'

/** @throws MemmapError `ERR_MEMMAP_READONLY`; `ERR_MEMMAP_CLOSED` */
export function checkWriteable({ store, isWriteable }: { readonly store: Store; readonly isWriteable: boolean }): void {
  store.checkOpen()
  if (!isWriteable) throw readOnlyError(store)
}

function readOnlyError({ origin }: Store): MemmapError {
  const reason =
    origin?.mode === 'r'
      ? `invalid store: the array is open in mode 'r'; open it with mode 'r+' to change the file, or 'c' to change private pages`
      : 'invalid store: this view shows elements more than once, or a diagonal; store to the array that it comes from'
  return new MemmapError('ERR_MEMMAP_READONLY', reason, { path: origin?.filename ?? undefined })
}
