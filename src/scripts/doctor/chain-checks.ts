import { decodeFunctionResult, encodeFunctionData, type Hex, parseAbi } from 'viem'
import { readBlock, readCall, readPriorityFee } from '../../chain/rpc/chain-reads.ts'
import type { RpcPool } from '../../chain/rpc/rpc.ts'
import { createRpcPool } from '../../chain/rpc/rpc-pool.ts'
import { firstFlowGas } from '../../chain/transactions/first-flow-gas.ts'
import type { LoadTestConfig } from '../../config/load-test-config.ts'
import type { Target } from '../../config/target.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { formatDuration } from '../../load/duration.ts'
import { endpointLabel } from '../../redaction/endpoint-label.ts'
import { formatGwei, formatVana } from '../../report/format-value.ts'
import type { Check } from './check.ts'

/** Checks each endpoint separately: a pool would hide one that is down behind the others. */
export function endpointChecks(
  { chain }: Target,
  settings: { timeoutMs: number; patienceMs: number },
): Check[] {
  return chain.rpcUrls.map((url) => ({
    name: `RPC ${endpointLabel(url)}`,
    async look(signal) {
      const rpc = createRpcPool({ urls: [url], chainId: chain.id, ...settings })
      try {
        // The first call also connects, and makes sure of the chain's id.
        const head = await readBlock(rpc, 'latest', { signal })
        const startedMs = performance.now()
        await rpc.request('eth_blockNumber', [], { signal })
        const tookMs = Math.round(performance.now() - startedMs)
        return { detail: `chain ${chain.id}, block ${head?.number ?? 'none'}, answered in ${tookMs} ms` }
      } finally {
        await rpc.close()
      }
    },
  }))
}

/** The endpoints of a chain are as far as each other: a pool asks one that lags behind, or makes its head up, last. */
export function headsCheck(rpc: RpcPool): Check {
  return {
    name: 'heads',
    async look(signal) {
      // Each endpoint has a check of its own for being down.
      const apart = (await rpc.check({ signal })).filter(({ code }) => code === 'CHAIN_HEAD_MISMATCH')
      if (apart.length > 0) {
        const detail = apart.map(({ message }) => message).join(' ')
        return { verdict: 'warning', detail, hint: apart[0]?.hint }
      }
      const lags = rpc.endpoints().flatMap(({ headLag }) => headLag ?? [])
      if (lags.length < 2)
        return { detail: 'only one endpoint answers, and nothing is there to compare it with' }
      return { detail: `${lags.length} endpoints, at most ${Math.max(0, ...lags)} blocks apart` }
    },
  }
}

/** Signed URLs and access tokens hold for a time, so the machine's clock has to be right. */
export function clockCheck(rpc: RpcPool, now: () => number = Date.now): Check {
  return {
    name: 'clock',
    async look(signal) {
      const head = await readBlock(rpc, 'latest', { signal })
      if (head === null) throw new LoadTestError('CHAIN_RPC_ERROR', 'The node has no latest block.')
      const aheadMs = head.timestamp * 1000 - now()
      const apart = formatDuration(Math.round(Math.abs(aheadMs) / 1000) * 1000)
      const hint = "Set this machine's clock by NTP."
      if (aheadMs > 300_000) {
        throw new LoadTestError('TARGET_NOT_READY', `This machine is ${apart} behind the latest block.`, {
          hint,
        })
      }
      if (aheadMs > 15_000) {
        return { verdict: 'warning', detail: `this machine is ${apart} behind the latest block`, hint }
      }
      if (aheadMs < -60_000) {
        const detail = `the latest block is ${apart} old: the chain has stalled, or the clock of this machine is ahead`
        return { verdict: 'warning', detail, hint }
      }
      return { detail: `the latest block is ${apart} ${aheadMs > 0 ? 'ahead' : 'old'}` }
    },
  }
}

const contractsAbi = parseAbi([
  'function paused() view returns (bool)',
  'function hasRole(bytes32 role, address account) view returns (bool)',
])
const permissionManagerRole = '0x50dd73a7b7a643432ced584fcc2cd0a1d5efa85899b62d28c5a52294d183d0e3'
/** Without these no flow can succeed. */
const needed = ['permissions', 'servers', 'grantees', 'registry'] as const
/** Without these funding takes one transaction a wallet, and files can't have a schema. */
const useful = ['multicall3', 'multisend', 'schemas'] as const

/** Checks that the contracts exist, are not paused, and may write to each other. */
export function contractsCheck(rpc: RpcPool, { chain: { contracts } }: Target): Check {
  const ask = async (to: Hex, data: Hex, signal: AbortSignal): Promise<Hex> =>
    readCall(rpc, { to, data }, { signal })
  return {
    name: 'contracts',
    async look(signal) {
      const hasCode = async (name: keyof typeof contracts): Promise<boolean> => {
        const code = await rpc.request('eth_getCode', [contracts[name], 'latest'], { signal })
        return typeof code === 'string' && code.length > 2
      }
      const without = async (names: readonly (keyof typeof contracts)[]) => {
        const found = await Promise.all(names.map(hasCode))
        return names.filter((_, i) => !found[i]).map((name) => `${name} (${contracts[name]})`)
      }
      const missing = await without(needed)
      if (missing.length > 0) {
        throw new LoadTestError('TARGET_NOT_READY', `There is no code at ${missing.join(', ')}.`)
      }
      const paused = encodeFunctionData({ abi: contractsAbi, functionName: 'paused' })
      for (const name of ['permissions', 'servers', 'registry'] as const) {
        const data = await ask(contracts[name], paused, signal)
        if (decodeFunctionResult({ abi: contractsAbi, functionName: 'paused', data })) {
          throw new LoadTestError('TARGET_NOT_READY', `The contract ${name} is paused.`)
        }
      }
      const args = [permissionManagerRole, contracts.permissions] as const
      const isManager = encodeFunctionData({ abi: contractsAbi, functionName: 'hasRole', args })
      for (const name of ['servers', 'grantees'] as const) {
        const data = await ask(contracts[name], isManager, signal)
        if (!decodeFunctionResult({ abi: contractsAbi, functionName: 'hasRole', data })) {
          const message = `The permissions contract cannot write to ${name}: it lacks PERMISSION_MANAGER_ROLE there.`
          throw new LoadTestError('TARGET_NOT_READY', message, {
            hint: 'Ask an administrator to grant the role.',
          })
        }
      }
      const lacking = await without(useful)
      if (lacking.length === 0) return { detail: 'all there, none paused' }
      return {
        verdict: 'warning',
        detail: `all that flows need; no code at ${lacking.join(', ')}`,
        hint: 'Without multicall3 and multisend, funding takes one transaction per wallet.',
      }
    },
  }
}

/** What a transaction costs now, and whether a wallet's funding pays for one. */
export function feesCheck(rpc: RpcPool, { chain, wallets, flow }: LoadTestConfig): Check {
  return {
    name: 'fees',
    async look(signal) {
      const [head, tip] = await Promise.all([
        readBlock(rpc, 'latest', { signal }),
        readPriorityFee(rpc, { signal }),
      ])
      const baseFee = head?.baseFeePerGas ?? 0n
      const price = baseFee + tip
      const cap = chain.maxFeePerGasWei
      if (cap !== undefined && cap < price) {
        const message = `Gas costs ${inGwei(price)} now, and --max-fee allows ${inGwei(cap)}.`
        throw new LoadTestError('CHAIN_UNDERPRICED', message)
      }
      const cost = firstFlowGas * price
      const detail = `gas at ${inGwei(price)}, so a first flow costs about ${inVana(cost)}`
      if (flow.submission === 'relayed' || wallets.fundingWei > cost) return { detail }
      const message = `${detail}, more than the ${inVana(wallets.fundingWei)} of a wallet.`
      throw new LoadTestError('CHAIN_INSUFFICIENT_FUNDS', message, { hint: 'Raise --funding.' })
    },
  }
}

const inGwei = (wei: bigint): string => formatGwei(String(wei))
const inVana = (wei: bigint): string => formatVana(String(wei))
