import { readGoogleCredentials } from '../../crypto/google-credentials.ts'
import { type Kind, kindOf } from './kind.ts'

/** The kind of a private key. */
export const privateKey: Kind<`0x${string}`> = kindOf<`0x${string}`>({
  read: (given) => {
    const digits = given.replace(/^0x/i, '')
    return /^[0-9a-fA-F]{64}$/.test(digits) && !/^0+$/.test(digits) ? `0x${digits.toLowerCase()}` : undefined
  },
  allowed: 'a private key: 64 hex digits, with or without 0x',
  show: String,
})

/** The kind of a BIP-39 mnemonic; its words and checksum are checked where wallets are derived. */
export const mnemonic: Kind<string> = kindOf({
  read: (given) => {
    const words = given.toLowerCase().split(/\s+/)
    return [12, 15, 18, 21, 24].includes(words.length) ? words.join(' ') : undefined
  },
  allowed: 'a BIP-39 mnemonic of 12, 15, 18, 21 or 24 words',
  show: String,
})

/** The kind of a passphrase: every character counts, spaces at its ends included. */
export const passphrase: Kind<string> = kindOf({
  read: (given) => (given === '' ? undefined : given),
  allowed: 'any text',
  show: String,
  verbatim: true,
})

/** The kind of a Google service-account key, given as its JSON text. */
export const serviceAccountJson: Kind<string> = {
  ...kindOf({
    read: (given) => (readGoogleCredentials(given).problem === undefined ? given : undefined),
    allowed: 'the JSON of a service-account key, with client_email and private_key',
    show: String,
  }),
  why: (given) => readGoogleCredentials(given).problem,
}
