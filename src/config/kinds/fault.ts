import { faultPlaces, formatFault, parseFault, sendFaults, shareFaults, timeFaults } from '../fault.ts'
import { type Kind, kindOf } from './kind.ts'

const shares = Object.keys(shareFaults).join(', ')
const sends = Object.keys(sendFaults).join(', ')

/** The kind of a fault in front of a part of the target; the value is the text, in its one proper form. */
export const fault: Kind<string> = kindOf({
  read(text) {
    const parsed = parseFault(text)
    return parsed === undefined ? undefined : formatFault(parsed)
  },
  allowed:
    `<part>:<fault>=<amount>, the part one of ${faultPlaces.join(', ')}; ${Object.keys(timeFaults).join(' or ')} with a ` +
    `time up to 10m; ${shares} with a share such as 5%; restart with time away and interval, such as 3s/1m; for rpc also ${sends} with a share, and reorg with depth (up to 3) ` +
    'and interval, such as 2/30s',
  show: String,
})
