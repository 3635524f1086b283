import { monitorEventLoopDelay } from 'node:perf_hooks'
import { formatEther, parseEther } from 'viem'
import { createFundingPool } from '../src/wallets/funding-pool.ts'
import { indexesOf } from '../src/wallets/index-range.ts'
import { startWalletStack, type WalletStack } from '../test/wallets/wallet-stack.fixture.ts'

const count = 1000
const amountWei = parseEther('0.1')

/** Runs the work and prints its duration, RPC calls, and effect on the event loop. */
async function measure(
  stack: WalletStack,
  name: string,
  say: (text: string) => void,
  work: () => Promise<string>,
): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const callsBefore = stack.rpc.calls().total
  delay.enable()
  const startedMs = performance.now()
  const result = await work()
  const tookMs = performance.now() - startedMs
  delay.disable()
  const p99Ms = delay.percentile(99) / 1e6
  say(
    `${name}: ${(tookMs / 1000).toFixed(1)} s, ${stack.rpc.calls().total - callsBefore} RPC calls, ` +
      `event loop p99 ${p99Ms.toFixed(1)} ms, max ${(delay.max / 1e6).toFixed(1)} ms; ${result}`,
  )
  return tookMs
}

/** Measures how long it takes to fund, sweep and fund again 1,000 wallets on 1 s blocks. */
export async function measureFunding(say: (text: string) => void): Promise<{ funding1000Seconds: number }> {
  const stack = await startWalletStack({ anvil: { blockTime: 1 } })
  try {
    const payer = stack.payer()
    const range = { from: 0, count }
    const fundedMs = await measure(stack, `fund ${count} wallets`, say, async () => {
      const { transactions, feesWei } = await stack.manager.fund({
        ranges: [range],
        amountWei,
        payer,
        maxSpendWei: parseEther('1000'),
      })
      return `${transactions} transactions, ${formatEther(feesWei)} VANA of gas`
    })
    await measure(stack, `sweep ${count} wallets`, say, async () => {
      const { leftWei, feesWei, failures } = await stack.manager.sweep({ range, to: payer.address })
      return `${formatEther(feesWei)} VANA of gas, ${leftWei} wei left, ${failures.length} failures`
    })

    // Users arrive as fast as they are funded, so the pool is always behind, its worst case.
    const poolRange = { from: count, count }
    const pool = createFundingPool({
      ...(await stack.batchPayer({ payer })),
      wallets: stack.manager.hd,
      users: indexesOf(poolRange),
      amountWei,
    })
    await measure(stack, `pool, ${count} users at once`, say, async () => {
      await Promise.all([...indexesOf(poolRange)].map((index) => pool.ready(index)))
      const { transactions, maxWaitedMs } = pool.stats()
      return `${transactions} transactions, longest wait ${(maxWaitedMs / 1000).toFixed(1)} s`
    })
    await pool.stop()
    return { funding1000Seconds: fundedMs / 1000 }
  } finally {
    await stack.stop()
  }
}
