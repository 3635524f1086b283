/** Where a value came from. */
export type Source =
  | { kind: 'flag'; name: string }
  | { kind: 'environment'; name: string; file?: string | undefined; line?: number | undefined }
  | { kind: 'file'; path: string; line?: number | undefined }
  | { kind: 'preset'; name: string }
  | { kind: 'default' }
  /** It follows from other values, as `from` says. */
  | { kind: 'derived'; from: string }

/** A value as a source gave it, not yet looked at. */
export type Offer = { value: unknown; source: Source }

/** What one source offers, by key. */
export type Layer = ReadonlyMap<string, Offer>

/**
 * Says where a value came from, for people.
 *
 * @example describeSource({ kind: 'flag', name: '--users' }) // 'flag --users'
 */
export function describeSource(source: Source): string {
  switch (source.kind) {
    case 'flag':
      return `flag ${source.name}`
    case 'environment':
      return source.file
        ? `${source.name} in ${place(source.file, source.line)}`
        : `environment ${source.name}`
    case 'file':
      return place(source.path, source.line)
    case 'preset':
      return `preset ${source.name}`
    case 'default':
      return 'default'
    case 'derived':
      return source.from
  }
}

/** A place in a file. */
export function fileSource(path: string, line?: number): Source {
  return { kind: 'file', path, line }
}

const place = (path: string, line: number | undefined): string =>
  line === undefined ? path : `${path}:${line}`

/** Whether somebody asked for this value, rather than a preset or a default. */
export function isAskedFor(source: Source): boolean {
  return source.kind === 'flag' || source.kind === 'environment' || source.kind === 'file'
}
