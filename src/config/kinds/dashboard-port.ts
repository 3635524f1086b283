import { port, toggle } from './basic.ts'
import { type Kind, kindOf } from './kind.ts'

/** The kind of a page that may be off (`null`), on at a free port (0), or on at a port of its own. */
export const dashboardPort: Kind<number | null> = kindOf<number | null>({
  read: (text) => {
    const asked = text === '0' || text === '1' ? undefined : toggle.schema.safeParse(text).data
    if (asked !== undefined) return asked ? 0 : null
    return port.schema.safeParse(text).data
  },
  allowed: 'a port from 1 to 65535, 0 or on for a free one, or off',
  show: (value) => (value === null ? 'off' : String(value)),
})
