import { invalid } from './service-error.ts'

/** What a part of a resumable upload says of itself. */
export type ContentRange = {
  /** Whether this only asks how far the upload has come. */
  statusQuery: boolean
  /** Where the part begins in the object. */
  start: number
  /** Its last byte, inclusive; `undefined` when the sender does not know yet. */
  end: number | undefined
  /** The size of the whole object; `undefined` when the sender does not know yet. */
  total: number | undefined
}

// `bytes 0-262143/*` a part, more will come            `bytes 0-*/*` a sender that streams and knows nothing yet
// `bytes 0-99/100`   a part that ends at byte 99 of 100   `bytes */100` how far are we? (`bytes */*` likewise)

/** Reads the `content-range` of a resumable upload; none stands for the whole object at once. Throws 400. */
export function parseContentRange(header: string | undefined): ContentRange {
  if (header === undefined) return { statusQuery: false, start: 0, end: undefined, total: undefined }
  const found = /^bytes (?:\*|(\d{1,15})-(\d{1,15}|\*))\/(\d{1,15}|\*)$/.exec(header)
  if (found === null) throw invalid('Failed to parse Content-Range header.')
  const [, first, last, size] = found
  const number = (text: string | undefined) => (text === undefined || text === '*' ? undefined : Number(text))
  const range = {
    statusQuery: first === undefined,
    start: number(first) ?? 0,
    end: number(last),
    total: number(size),
  }
  const { start, end, total } = range
  const backwards = end !== undefined && end < start - 1
  const beyond = total !== undefined && ((end !== undefined && end >= total) || start > total)
  if (backwards || beyond) throw invalid('The Content-Range header does not describe a part of the object.')
  return range
}
