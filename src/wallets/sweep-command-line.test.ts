import { describe, expect, it } from 'vitest'
import { sweepCommandLine } from './sweep-command-line.ts'

const receiver = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const range = { from: 5, count: 10 }

describe('the command that sweeps wallets', () => {
  it('names what the wallets come from', () => {
    const target = 'moksha'
    expect(sweepCommandLine({ target, keystoreFile: 'my wallets.json', seed: '1', range, receiver })).toBe(
      `vana-load wallets sweep --target moksha --keystore 'my wallets.json' --range 5-14 --receiver ${receiver}`,
    )
    expect(sweepCommandLine({ target: 'target.json', seed: "it's", range, receiver })).toBe(
      `vana-load wallets sweep --target target.json --seed 'it'\\''s' --range 5-14 --receiver ${receiver}`,
    )
  })

  it('has the flags that mainnet and lanes take', () => {
    const parts = { target: 'env', lanes: true, range: { from: 3, count: 1 }, receiver } as const
    expect(sweepCommandLine({ ...parts, maxSpendWei: 25n * 10n ** 17n })).toBe(
      `vana-load wallets sweep --target env --lanes --range 3 --receiver ${receiver} --allow-mainnet --max-spend 2.5`,
    )
  })
})
