import { existsSync } from 'node:fs'
import { LoadTestError } from '../errors/load-test-error.ts'
import { embeddedMnemonic, isEmbedded, type WalletHome } from './embedded-mnemonic.ts'
import { findExposure } from './find-exposure.ts'
import type { IndexRange } from './index-range.ts'
import { addKeystoreRange, createKeystore, openKeystore, readKeystoreFacts } from './keystore.ts'
import { generateMnemonic, normalizeMnemonic } from './mnemonic.ts'

/** Where wallets may come from. */
export type MnemonicSources = {
  /** What the environment gave. */
  mnemonic?: string | undefined
  /** A keystore to use, or to write. */
  keystore?: KeystoreSource | undefined
  /** Of the run; what wallets of the embedded chain come from if nothing else is given. */
  seed: string
  home: WalletHome
  /** Wallets that will be used, for the keystore to remember. */
  range: IndexRange
  /** Called when others can read the keystore. @default nobody */
  warn?: ((text: string) => void) | undefined
}

/** A keystore, and how its passphrase is got. */
export type KeystoreSource = {
  path: string
  /** Asked for once, and only if the keystore is opened or made. */
  passphrase: (purpose: 'open' | 'create') => Promise<string>
  /** Whether a keystore that does not exist is made. */
  create: boolean
  /** scrypt's N for a new keystore. @default 2^17 */
  cost?: number | undefined
}

/** The words, and where they are from. */
export type ObtainedMnemonic = {
  mnemonic: string
  source: 'environment' | 'keystore' | 'new keystore' | 'seed'
}

/**
 * Finds the mnemonic that wallets come from: a keystore, the environment, or on the embedded chain the seed.
 *
 * A new keystore is on the disk when this returns, so it may be called before the first funds move and never after. The
 * keystore remembers which wallets are in use.
 *
 * @throws LoadTestError CONFIG_INVALID if there is no source, two that differ, or a keystore of another chain;
 * KEYSTORE_MISSING, KEYSTORE_DAMAGED, KEYSTORE_LOCKED, MNEMONIC_INVALID, RESULTS_UNWRITABLE
 * @example const { mnemonic } = await obtainMnemonic({ mnemonic: secrets.mnemonic, seed, home, range })
 */
export async function obtainMnemonic(sources: MnemonicSources): Promise<ObtainedMnemonic> {
  const { seed, home, keystore } = sources
  const given = sources.mnemonic === undefined ? undefined : normalizeMnemonic(sources.mnemonic)
  if (keystore !== undefined) return await fromKeystore(keystore, given, sources)
  if (given !== undefined) return { mnemonic: given, source: 'environment' }
  if (isEmbedded(home)) return { mnemonic: embeddedMnemonic(seed, home), source: 'seed' }
  throw new LoadTestError('CONFIG_INVALID', 'There are no wallets to use.', {
    hint: 'Name a keystore with --keystore (`vana-load wallets generate` makes one), or set VANA_LOAD_MNEMONIC.',
  })
}

async function fromKeystore(
  { path, passphrase, create, cost }: KeystoreSource,
  given: string | undefined,
  { home: { chainId }, range, warn }: MnemonicSources,
): Promise<ObtainedMnemonic> {
  if (create && !existsSync(path)) {
    const mnemonic = given ?? generateMnemonic()
    const content = { mnemonic, passphrase: await passphrase('create'), chainId, ranges: [range], cost }
    await createKeystore(path, content)
    return { mnemonic, source: 'new keystore' }
  }
  // Problems of the file come before the question for a passphrase.
  const facts = await readKeystoreFacts(path)
  const exposure = await findExposure(path)
  if (exposure !== undefined) warn?.(exposure)
  if (facts.chainId !== chainId) {
    throw new LoadTestError(
      'CONFIG_INVALID',
      `The keystore ${path} is for chain ${facts.chainId}, not for ${chainId}.`,
      { hint: 'Use another keystore: one for each chain keeps their money apart.' },
    )
  }
  const opened = await openKeystore(path, await passphrase('open'))
  if (given !== undefined && given !== opened.mnemonic) {
    throw new LoadTestError(
      'CONFIG_INVALID',
      `The environment gives another mnemonic than the keystore ${path} holds.`,
      { hint: 'Unset VANA_LOAD_MNEMONIC, or leave --keystore out.' },
    )
  }
  await addKeystoreRange(path, range)
  return { mnemonic: opened.mnemonic, source: 'keystore' }
}
