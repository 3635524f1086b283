import { invalid } from '../emulator/service-error.ts'
import { notModified, preconditionFailed } from './storage-errors.ts'

const names = [
  'ifGenerationMatch',
  'ifGenerationNotMatch',
  'ifMetagenerationMatch',
  'ifMetagenerationNotMatch',
] as const

/** What must hold of an object, or of its absence, for a request to succeed. */
export type Preconditions = { [Name in (typeof names)[number]]?: number | undefined }

/** Reads the conditions in a query. Throws 400 for anything but whole numbers. */
export function preconditionsFromQuery(query: URLSearchParams): Preconditions {
  return Object.fromEntries(names.map((name) => [name, wholeNumber(query, name)]))
}

/** Reads the generation that a request names; `undefined` for the current one. Throws 400. */
export function generationFromQuery(query: URLSearchParams): number | undefined {
  return wholeNumber(query, 'generation')
}

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text)
  throw invalid(`Invalid value for ${name}: it must be a whole number.`)
}

/**
 * Checks conditions against the current object, or `undefined` for none, whose generation counts as 0.
 *
 * @param purpose tells the answers apart: 304 for a reader that has this version, 412 for every other failure
 */
export function checkPreconditions(
  wanted: Preconditions,
  current: { generation: number; metageneration: number } | undefined,
  purpose: 'read' | 'write',
): void {
  const { generation = 0, metageneration } = current ?? {}
  const differs = (condition: number | undefined, actual: number | undefined) =>
    condition !== undefined && condition !== actual
  const equals = (condition: number | undefined, actual: number | undefined) =>
    condition !== undefined && condition === actual
  if (differs(wanted.ifGenerationMatch, generation)) throw preconditionFailed()
  if (differs(wanted.ifMetagenerationMatch, metageneration)) throw preconditionFailed()
  if (
    equals(wanted.ifGenerationNotMatch, generation) ||
    equals(wanted.ifMetagenerationNotMatch, metageneration)
  ) {
    throw purpose === 'read' ? notModified() : preconditionFailed('If-None-Match')
  }
}
