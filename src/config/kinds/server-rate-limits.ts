import { type Kind, kindOf } from './kind.ts'

/** Requests that the personal server lets through, each limit with the original's number unless it is given. */
export type ServerRateLimits = {
  identityPerMinute?: number | undefined
  operationsPerHour?: number | undefined
  defaultPerMinute?: number | undefined
}

const names = new Map([
  ['identity', 'identityPerMinute'],
  ['operations', 'operationsPerHour'],
  ['default', 'defaultPerMinute'],
] as const)

/** The kind of the personal server's rate limits: none, those of the original, or those with numbers of one's own. */
export const serverRateLimits: Kind<ServerRateLimits | false> = kindOf<ServerRateLimits | false>({
  read,
  allowed:
    'off, on (the limits of the original), or numbers of your own such as identity=120,operations=100,default=60 ' +
    '(identity and default a minute, operations an hour)',
  show: (limits) => {
    if (limits === false) return 'off'
    const given = [...names].flatMap(([word, name]) =>
      limits[name] === undefined ? [] : `${word}=${limits[name]}`,
    )
    return given.length === 0 ? 'on' : given.join(',')
  },
})

function read(text: string): ServerRateLimits | false | undefined {
  const word = text.toLowerCase()
  if (['off', 'false', 'no', '0'].includes(word)) return false
  if (['on', 'true', 'yes', '1'].includes(word)) return {}
  const limits: ServerRateLimits = {}
  for (const entry of word.split(',')) {
    const [, key, number] = /^\s*(\w+)\s*=\s*(\d{1,9})\s*$/.exec(entry) ?? []
    const name = [...names].find(([known]) => known === key)?.[1]
    if (name === undefined || limits[name] !== undefined || Number(number) === 0) return undefined
    limits[name] = Number(number)
  }
  return limits
}
