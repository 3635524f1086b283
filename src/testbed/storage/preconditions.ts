import { invalid, notModified, preconditionFailed } from './service-error.ts'

/** What must hold of an object (or of none) for a request to be carried out. */
export type Preconditions = {
  ifGenerationMatch?: number
  ifGenerationNotMatch?: number
  ifMetagenerationMatch?: number
  ifMetagenerationNotMatch?: number
}

const names = [
  'ifGenerationMatch',
  'ifGenerationNotMatch',
  'ifMetagenerationMatch',
  'ifMetagenerationNotMatch',
] as const

const sourceNames = {
  ifGenerationMatch: 'ifSourceGenerationMatch',
  ifGenerationNotMatch: 'ifSourceGenerationNotMatch',
  ifMetagenerationMatch: 'ifSourceMetagenerationMatch',
  ifMetagenerationNotMatch: 'ifSourceMetagenerationNotMatch',
} as const

const headerNames = {
  ifGenerationMatch: 'x-goog-if-generation-match',
  ifGenerationNotMatch: 'x-goog-if-generation-not-match',
  ifMetagenerationMatch: 'x-goog-if-metageneration-match',
  ifMetagenerationNotMatch: 'x-goog-if-metageneration-not-match',
} as const

/** Reads the four conditions from query parameters. Throws 400 for anything but a whole number. */
export function preconditionsFromQuery(query: URLSearchParams): Preconditions {
  return collect((name) => query.get(name) ?? undefined)
}

/** Reads the conditions on the source of a copy. */
export function sourcePreconditions(query: URLSearchParams): Preconditions {
  return collect((name) => query.get(sourceNames[name]) ?? undefined)
}

/** Reads the conditions of the XML API, which come as headers. */
export function preconditionsFromHeaders(
  headers: Record<string, string | string[] | undefined>,
): Preconditions {
  return collect((name) => headers[headerNames[name]]?.toString())
}

function collect(find: (name: (typeof names)[number]) => string | undefined): Preconditions {
  const found: Preconditions = {}
  for (const name of names) {
    const text = find(name)
    if (text !== undefined) found[name] = wholeNumber(text, name)
  }
  return found
}

/** Parses a generation or metageneration. Throws 400 otherwise. */
function wholeNumber(text: string, name: string): number {
  const value = Number(text)
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(value)) {
    throw invalid(`Invalid value for ${name}: it must be a whole number.`)
  }
  return value
}

/** The generation a request names; `undefined` stands for the live one. */
export function generationFromQuery(query: URLSearchParams, name = 'generation'): number | undefined {
  const text = query.get(name)
  return text === null ? undefined : wholeNumber(text, name)
}

type Versions = { generation: number; metageneration: number }

/**
 * Checks conditions against the object that is there, or `undefined` for none, whose generation counts as 0.
 *
 * @param purpose a reader that already has this version is told 304; everything else that fails is 412
 */
export function checkPreconditions(
  wanted: Preconditions,
  current: Versions | undefined,
  purpose: 'read' | 'write',
): void {
  const generation = current?.generation ?? 0
  const metageneration = current?.metageneration
  const { ifGenerationMatch, ifGenerationNotMatch, ifMetagenerationMatch, ifMetagenerationNotMatch } = wanted
  if (ifGenerationMatch !== undefined && ifGenerationMatch !== generation) throw preconditionFailed()
  if (ifMetagenerationMatch !== undefined && ifMetagenerationMatch !== metageneration)
    throw preconditionFailed()
  const same =
    (ifGenerationNotMatch !== undefined && ifGenerationNotMatch === generation) ||
    (ifMetagenerationNotMatch !== undefined && ifMetagenerationNotMatch === metageneration)
  if (same) throw purpose === 'read' ? notModified() : preconditionFailed('If-None-Match')
}
