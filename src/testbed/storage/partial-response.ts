import { invalidParameter } from './service-error.ts'

/** The fields to keep, by name; an empty one below a name keeps all of it. */
type Selection = { [name: string]: Selection }

/**
 * Keeps of a JSON answer what the `fields` parameter asks for, e.g. `items(name,size),nextPageToken` or `items/name`.
 *
 * @throws 400 when the parameter is malformed
 * @see https://cloud.google.com/storage/docs/json_api#partial-response
 */
export function partialResponse(body: unknown, fields: string | null): unknown {
  return fields === null || fields === '' ? body : keep(body, parseSelection(fields))
}

function keep(value: unknown, selection: Selection): unknown {
  if (Object.keys(selection).length === 0 || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => keep(item, selection))
  const kept = Object.entries(value).flatMap(([name, inner]) => {
    const below = Object.hasOwn(selection, name) ? selection[name] : selection['*']
    return below === undefined ? [] : [[name, keep(inner, below)] as const]
  })
  return Object.fromEntries(kept)
}

function parseSelection(text: string): Selection {
  const tokens = text.match(/[^,/()\s]+|[,/()]/g) ?? []
  let at = 0
  const malformed = () => invalidParameter('fields', `Invalid field selection ${text}`)

  function list(depth: number): Selection {
    const selection: Selection = Object.create(null)
    do path(selection, depth)
    while (tokens[at] === ',' && ++at)
    return selection
  }

  function path(into: Selection, depth: number): void {
    const name = tokens[at++]
    if (name === undefined || /[,/()]/.test(name) || depth > 16) throw malformed()
    let below: Selection = Object.create(null)
    if (tokens[at] === '/') {
      at++
      path(below, depth + 1)
    } else if (tokens[at] === '(') {
      at++
      below = list(depth + 1)
      if (tokens[at++] !== ')') throw malformed()
    }
    into[name] = Object.assign(into[name] ?? Object.create(null), below)
  }

  const selection = list(0)
  if (at !== tokens.length) throw malformed()
  return selection
}
