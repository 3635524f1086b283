import { existsSync } from 'node:fs'
import type { ResolvedConfig } from '../../config/resolve-config.ts'
import { readPassphrase } from '../wallets/read-passphrase.ts'
import type { CommandIo } from './command-io.ts'

const key = 'secrets.keystorePassphrase'

/**
 * Completes a configuration whose wallets come from a keystore with its passphrase: on a terminal it is asked for, before
 * anything is started.
 *
 * @throws LoadTestError KEYSTORE_LOCKED without a passphrase and without a terminal; the signal's reason
 */
export async function withPassphrase(
  resolved: ResolvedConfig,
  io: Pick<CommandIo, 'stderr' | 'signal'>,
): Promise<ResolvedConfig> {
  const { config, values, sources } = resolved
  const path = config.wallets.keystoreFile
  if (path === undefined || config.secrets.keystorePassphrase !== undefined) return resolved
  const passphrase = await readPassphrase(existsSync(path) ? 'open' : 'create', path, io)
  return {
    ...resolved,
    config: { ...config, secrets: { ...config.secrets, keystorePassphrase: passphrase } },
    values: new Map(values).set(key, passphrase),
    sources: new Map(sources).set(key, { kind: 'derived', from: 'typed at the terminal' }),
  }
}
