import { endpointLabel } from '../../redaction/endpoint-label.ts'
import { isLoopback } from '../loopback.ts'
import { type Kind, kindOf } from './kind.ts'

/**
 * The kind of a whole number in a range, both ends included.
 *
 * @example wholeNumber({ min: 1, max: 100 })
 */
export function wholeNumber({ min, max }: { min: number; max: number }): Kind<number> {
  return kindOf({
    read: (text) => {
      const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
      return value >= min && value <= max ? value : undefined
    },
    allowed: `a whole number from ${min} to ${max}`,
    show: String,
  })
}

/**
 * The kind of a number in a range, both ends included.
 *
 * @example decimalNumber({ min: 0, max: 1 })
 */
export function decimalNumber({ min, max }: { min: number; max: number }): Kind<number> {
  return kindOf({
    read: (text) => {
      const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN
      return value >= min && value <= max ? value : undefined
    },
    allowed: `a number from ${min} to ${max}`,
    show: String,
  })
}

/**
 * The kind of a word out of a few.
 *
 * @example choice(['direct', 'relayed'])
 */
export function choice<const Choice extends string>(choices: readonly Choice[]): Kind<Choice> {
  return kindOf({
    read: (text) => choices.find((candidate) => candidate === text.toLowerCase()),
    allowed: choices.join(', '),
    show: String,
  })
}

const words = new Map([
  ...['true', 'yes', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'off', '0'].map((word) => [word, false] as const),
])

/** The kind of a switch. */
export const toggle: Kind<boolean> = kindOf({
  read: (text) => words.get(text.toLowerCase()),
  allowed: 'true or false (also yes, no, on, off, 1, 0)',
  show: String,
})

/**
 * The kind of a text that is not empty.
 *
 * @example text('a path')
 */
export function text(allowed: string): Kind<string> {
  return kindOf({ read: (given) => (given === '' ? undefined : given), allowed, show: String })
}

/** The kind of an http or https URL. Its path may hold an access key, and a URL that was shown without one is refused. */
export const httpUrl: Kind<string> = {
  ...kindOf({
    read: (given) => (/^https?:\/\/(?!.*\*{3})/i.test(given) && URL.canParse(given) ? given : undefined),
    allowed: 'a complete http or https URL',
    show: String,
  }),
  label: endpointLabel,
}

/** The kind of a URL of this machine; an embedded part asks nobody outside. */
export const loopbackUrl: Kind<string> = kindOf({
  read: (given) => {
    const url = httpUrl.read(given)
    return url !== undefined && isLoopback(url) ? url : undefined
  },
  allowed: 'a URL of this machine, such as http://127.0.0.1:8080: embedded parts ask nobody outside',
  show: String,
})

/** The kind of an address. */
export const address: Kind<`0x${string}`> = kindOf({
  read: (given) => (/^0x[0-9a-fA-F]{40}$/.test(given) ? (given as `0x${string}`) : undefined),
  allowed: 'an address: 0x and 40 hex digits',
  show: String,
})

/** The kind of a TCP port to listen on; 0 asks for a free one. */
export const port: Kind<number> = {
  ...wholeNumber({ min: 0, max: 65_535 }),
  allowed: 'a port from 1 to 65535, or 0 for a free one',
}
