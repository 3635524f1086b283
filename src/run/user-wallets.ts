import type { LoadTestConfig } from '../config/load-test-config.ts'
import type { Target } from '../config/target.ts'
import type { TargetConnection } from '../flow/connect-target.ts'
import type { FlowUser } from '../flow/flow-services.ts'
import { type Money, noMoney } from '../results/money-balance.ts'
import type { Redactor } from '../results/redact.ts'
import type { RunFolder } from '../results/run-folder.ts'
import { embeddedMnemonic, isEmbedded } from '../wallets/embedded-mnemonic.ts'
import { createHdWallets } from '../wallets/hd-wallets.ts'
import type { RunView } from './run-load-test.ts'

/** The wallets of a run's users, and their money. */
export type UserWallets = {
  walletOf(index: number): FlowUser
  /** Resolves when the user's wallet has its coin. */
  funded(index: number, signal: AbortSignal): Promise<void>
  /** After the last flow: returns what is left, and says where all of it went. */
  settle(): Promise<{ statement: Money; problems: { code: string; message: string }[] }>
  close(): Promise<void>
}

export async function openUserWallets(options: {
  config: LoadTestConfig
  target: Target
  connection: TargetConnection
  folder: RunFolder
  redact: Redactor
  view: RunView
  signal: AbortSignal
}): Promise<UserWallets> {
  const { config, target, redact } = options
  const home = { chainId: target.chain.id, rpcUrls: target.chain.rpcUrls }
  const mnemonic = config.secrets.mnemonic ?? embeddedMnemonic(config.seed, home)
  if (!isEmbedded(home)) redact.register(mnemonic)
  const wallets = createHdWallets(mnemonic)
  return {
    walletOf: (index) => ({ ...wallets.user(config.wallets.firstIndex + index), index }),
    async funded() {},
    settle: async () => ({ statement: noMoney, problems: [] }),
    async close() {},
  }
}
