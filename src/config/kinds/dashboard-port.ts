import { port } from './basic.ts'
import { type Kind, kindOf } from './kind.ts'

/** The kind of the port of the live page: a number, a free one, or none at all. */
export const dashboardPort: Kind<number | null> = kindOf<number | null>({
  read: (text) => {
    const word = text.toLowerCase()
    if (['off', 'false', 'no'].includes(word)) return null
    if (['on', 'true', 'yes'].includes(word)) return 0
    return port.read(text)
  },
  allowed: 'on (a free port), a port from 1 to 65535, or off',
  show: (value) => (value === null ? 'off' : value === 0 ? 'on' : String(value)),
})
