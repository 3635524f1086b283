import { type Address, formatEther } from 'viem'
import { formatIndexRange, type IndexRange } from './index-range.ts'

/** Which wallets are to be swept, and where from. */
export type SweepCommandParts = {
  /** As `--target` takes it. */
  target: string
  keystoreFile?: string | undefined
  /** What the wallets of an embedded chain come from; nothing where the environment gives a mnemonic. */
  seed?: string | undefined
  /** Whether the wallets are lanes of the relayer. @default false */
  lanes?: boolean | undefined
  range: IndexRange
  receiver: Address
  /** Where it has to be given: on mainnet. */
  maxSpendWei?: bigint | undefined
}

/**
 * The command that sweeps some wallets, as it is to be typed in the same folder and environment. It names the receiver, so
 * that the funder's key need not be there.
 *
 * @example sweepCommandLine({ target: 'moksha', keystoreFile: 'wallets.json', range, receiver })
 */
export function sweepCommandLine(parts: SweepCommandParts): string {
  const { target, keystoreFile, seed, lanes = false, range, receiver, maxSpendWei } = parts
  const flags = [
    `--target ${quote(target)}`,
    ...(lanes ? ['--lanes'] : []),
    ...(keystoreFile === undefined ? [] : [`--keystore ${quote(keystoreFile)}`]),
    ...(keystoreFile === undefined && seed !== undefined ? [`--seed ${quote(seed)}`] : []),
    `--range ${formatIndexRange(range)}`,
    `--receiver ${receiver}`,
    ...(maxSpendWei === undefined ? [] : [`--allow-mainnet --max-spend ${formatEther(maxSpendWei)}`]),
  ]
  return `vana-load wallets sweep ${flags.join(' ')}`
}

/** What a POSIX shell takes as one word. */
const quote = (text: string): string =>
  /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
