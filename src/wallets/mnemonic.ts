import { createHash, pbkdf2Sync, randomBytes } from 'node:crypto'
import { english } from 'viem/accounts'
import { LoadTestError } from '../errors/load-test-error.ts'

const bitsPerWord = 11
const wordIndex = new Map(english.map((word, index) => [word, index]))

/**
 * Makes a new BIP-39 mnemonic of 12 English words: 128 bits of the system's randomness.
 *
 * @example const mnemonic = generateMnemonic()
 */
export function generateMnemonic(): string {
  return mnemonicFromEntropy(randomBytes(16))
}

/**
 * Writes entropy as BIP-39 words with their checksum.
 *
 * @param entropy 16, 20, 24, 28 or 32 bytes
 * @throws LoadTestError MNEMONIC_INVALID for another length
 * @example mnemonicFromEntropy(new Uint8Array(16)) // 'abandon abandon ... about'
 */
export function mnemonicFromEntropy(entropy: Uint8Array): string {
  if (entropy.length < 16 || entropy.length > 32 || entropy.length % 4 !== 0) {
    throw new LoadTestError('MNEMONIC_INVALID', 'A mnemonic holds 16, 20, 24, 28 or 32 bytes.')
  }
  const bits = toBits(entropy) + checksumBits(entropy)
  const words: string[] = []
  for (let at = 0; at < bits.length; at += bitsPerWord) {
    words.push(english[Number.parseInt(bits.slice(at, at + bitsPerWord), 2)] ?? '')
  }
  return words.join(' ')
}

/**
 * Brings a mnemonic into its one form (lower case, single spaces), and checks its words and checksum.
 *
 * The error says which word by its position and never repeats a word: what was mistyped is still almost the secret.
 *
 * @throws LoadTestError MNEMONIC_INVALID
 * @example normalizeMnemonic('  Test test test test test test test test test test test junk\n')
 */
export function normalizeMnemonic(text: string): string {
  const words = text.normalize('NFKD').trim().toLowerCase().split(/\s+/)
  if (![12, 15, 18, 21, 24].includes(words.length)) {
    throw new LoadTestError('MNEMONIC_INVALID', `A mnemonic has 12 to 24 words, not ${words.length}.`)
  }
  const bits = words.map((word, position) => {
    const index = wordIndex.get(word)
    if (index === undefined) {
      throw new LoadTestError('MNEMONIC_INVALID', `Word ${position + 1} is not in the English BIP-39 list.`)
    }
    return index.toString(2).padStart(bitsPerWord, '0')
  })
  const all = bits.join('')
  const entropyLength = Math.floor(all.length / 33) * 32
  const entropy = Uint8Array.from({ length: entropyLength / 8 }, (_, i) =>
    Number.parseInt(all.slice(i * 8, i * 8 + 8), 2),
  )
  if (all.slice(entropyLength) !== checksumBits(entropy)) {
    throw new LoadTestError('MNEMONIC_INVALID', 'The words are right but their checksum is not.')
  }
  return words.join(' ')
}

/**
 * Derives the 64-byte seed of a mnemonic (BIP-39, without a passphrase).
 *
 * @throws LoadTestError MNEMONIC_INVALID
 */
export function mnemonicToSeed(mnemonic: string): Uint8Array {
  return pbkdf2Sync(normalizeMnemonic(mnemonic), 'mnemonic', 2048, 64, 'sha512')
}

const toBits = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')

const checksumBits = (entropy: Uint8Array): string =>
  toBits(createHash('sha256').update(entropy).digest()).slice(0, entropy.length / 4)
