import { invalid } from '../emulator/service-error.ts'

/** The part of the object that one request of a resumable upload sends. */
export type ContentRange = {
  /** Whether the request only asks how much has arrived. */
  isStatusQuery: boolean
  /** The first byte of the part. */
  start: number
  /** Its last byte, inclusive; `undefined` when the sender does not know yet. */
  end: number | undefined
  /** The size of the whole object; `undefined` when the sender does not know yet. */
  total: number | undefined
}

// `bytes 0-262143/*` a part, more will follow         `bytes 0-*/*` a stream of unknown length
// `bytes 0-99/100`   a part that ends at byte 99 of 100   `bytes */100` how much has arrived? (`bytes */*` likewise)

/** Parses the `content-range` of a resumable upload; no header stands for the whole object. Throws 400. */
export function parseContentRange(header: string | undefined): ContentRange {
  if (header === undefined) return { isStatusQuery: false, start: 0, end: undefined, total: undefined }
  const found = /^bytes (?:\*|(\d{1,15})-(\d{1,15}|\*))\/(\d{1,15}|\*)$/.exec(header)
  if (found === null) throw invalid('Failed to parse Content-Range header.')
  const [, first, last, size] = found
  const number = (text: string | undefined) => (text === undefined || text === '*' ? undefined : Number(text))
  const [start = 0, end, total] = [number(first), number(last), number(size)]
  const isBackwards = end !== undefined && end < start - 1
  const isBeyond = total !== undefined && ((end !== undefined && end >= total) || start > total)
  if (isBackwards || isBeyond)
    throw invalid('The Content-Range header does not describe a part of the object.')
  return { isStatusQuery: first === undefined, start, end, total }
}
