import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeErrorResult, type Hex, keccak256, parseEther, parseGwei } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { revertAbi } from '../../src/chain/permissions/abi.ts'
import { startScriptedNode } from '../../src/chain/rpc/scripted-node.fixture.ts'
import { fundWallets } from '../../src/wallets/fund-wallets.ts'
import type { MoneyEntry } from '../../src/wallets/money-journal.ts'
import { createMoneyLedger } from '../../src/wallets/money-ledger.ts'
import { readBalances } from '../../src/wallets/read-balances.ts'
import { readMoneyJournal, readOpenPayments } from '../../src/wallets/read-money-journal.ts'
import { transferGas } from '../../src/wallets/sweep-wallet.ts'
import { revertingCode } from '../chain/reverting-code.fixture.ts'
import { until } from './until.fixture.ts'
import { startWalletStack, type WalletStack } from './wallet-stack.fixture.ts'

const amountWei = parseEther('0.1')
const maxSpendWei = parseEther('1000')
const [owner, requestor] = [`0x${'11'.repeat(20)}`, `0x${'22'.repeat(20)}`] as const
const notFileOwner = {
  data: encodeErrorResult({ abi: revertAbi, errorName: 'NotFileOwner', args: [owner, requestor] }),
  text: `NotFileOwner(${owner}, ${requestor})`,
}
const withCode = (code: string): unknown => expect.objectContaining({ code })

let stack: WalletStack
let folder: string
beforeAll(async () => {
  stack = await startWalletStack()
  folder = await mkdtemp(join(tmpdir(), 'vana-load-money-'))
})
afterAll(async () => {
  await stack?.stop()
  await rm(folder, { recursive: true })
})

/** Each test has wallets of its own. */
let nextIndex = 0
const freshRange = (count: number) => {
  const range = { from: nextIndex, count }
  nextIndex += count
  return range
}

describe('funding wallets', () => {
  it('brings each of them to the amount in one transaction, and costs the funder exactly that and the gas', async () => {
    const range = freshRange(120)
    const payer = stack.payer()
    const before = await stack.balance(payer.address)
    const result = await stack.manager.fund({ ranges: [range], amountWei, payer, maxSpendWei })
    expect(result).toMatchObject({
      fundedWallets: 120,
      satisfiedWallets: 0,
      transactions: 1,
      valueWei: 120n * amountWei,
    })
    expect(before - (await stack.balance(payer.address))).toBe(result.valueWei + result.feesWei)
    const status = await stack.manager.status({ range, amountWei })
    expect(status).toMatchObject({
      wallets: 120,
      funded: 120,
      empty: 0,
      totalWei: 120n * amountWei,
      missingWei: 0n,
    })
    await stack.manager.validate({ range, amountWei })
  })

  it('pays once, even if another process pays with the same journal at the same time', async () => {
    const range = freshRange(5)
    const journalPath = join(folder, 'shared.ndjson')
    const waits: string[] = []
    const fund = () =>
      stack.manager.fund({
        ranges: [range],
        amountWei,
        payer: stack.payer(),
        maxSpendWei,
        journalPath,
        note: (text) => waits.push(text),
      })
    const results = await Promise.all([fund(), fund(), fund()])
    expect(results.map(({ fundedWallets }) => fundedWallets).toSorted()).toEqual([0, 0, 5])
    expect(await stack.manager.status({ range, amountWei })).toMatchObject({ totalWei: 5n * amountWei })
    expect(waits).toContain(`Process ${process.pid} pays with ${journalPath}: waiting until it has ended.`)
  })

  it('takes turns with others that pay with the same key, whatever their wallets and journals', async () => {
    const waits: string[] = []
    const payers = [stack.payer(), stack.payer(), stack.payer()]
    const order: string[] = []
    const results = await Promise.all(
      payers.map((payer, i) =>
        stack.manager.fund({
          ranges: [freshRange(3)],
          amountWei,
          payer: {
            ...payer,
            async pay(call, options) {
              order.push(`${i} begins`)
              const paid = await payer.pay(call, options)
              order.push(`${i} ends`)
              return paid
            },
          },
          maxSpendWei,
          journalPath: join(folder, `turn-${i}.ndjson`),
          note: (text) => waits.push(text),
        }),
      ),
    )
    expect(results.map(({ fundedWallets }) => fundedWallets)).toEqual([3, 3, 3])
    for (let i = 0; i < order.length; i += 2) expect(order[i + 1]).toBe(order[i]?.replace('begins', 'ends'))
    expect(waits).toContainEqual(expect.stringContaining(`pays with ${stack.anvil.accounts.funder.address}`))
  })

  it('pays nothing when called again, and only the shortfall when more is wanted', async () => {
    const range = freshRange(5)
    const payer = stack.payer()
    await stack.manager.fund({ ranges: [range], amountWei, payer, maxSpendWei })
    const again = await stack.manager.fund({ ranges: [range], amountWei, payer, maxSpendWei })
    expect(again).toEqual({
      fundedWallets: 0,
      satisfiedWallets: 5,
      transactions: 0,
      valueWei: 0n,
      feesWei: 0n,
    })
    const more = await stack.manager.fund({
      ranges: [{ from: range.from, count: 8 }],
      amountWei: amountWei + 7n,
      payer,
      maxSpendWei,
    })
    nextIndex += 3
    expect(more.valueWei).toBe(5n * 7n + 3n * (amountWei + 7n))
  })

  it.each([
    ['Multisend', (contracts: WalletStack['anvil']['contracts']) => ({ multisend: contracts.multisend })],
    ['plain transfers', () => ({})],
    [
      'plain transfers where the addresses have no code',
      () => ({ multicall3: `0x${'12'.repeat(20)}` as const }),
    ],
  ])('works through %s too', async (_name, pick) => {
    const range = freshRange(12)
    const contracts = pick(stack.anvil.contracts)
    const chain = stack
    const wallets = stack.manager.hd
    const payer = stack.payer()
    const result = await fundWallets({
      chain,
      contracts,
      wallets,
      ranges: [range],
      amountWei,
      payer,
      maxSpendWei,
    })
    expect(result.fundedWallets).toBe(12)
    expect(result.transactions).toBe('multisend' in contracts ? 1 : 12)
    await stack.manager.validate({ range, amountWei })
  })

  it('refuses before anything is sent when the cap or the funder’s balance is too low', async () => {
    const range = freshRange(10)
    const payer = stack.payer()
    const nonceBefore = await stack.anvil.client.getTransactionCount({ address: payer.address })
    await expect(
      stack.manager.fund({ ranges: [range], amountWei, payer, maxSpendWei: parseEther('1') }),
    ).rejects.toThrow(withCode('SPENDING_CAP'))
    await expect(
      stack.manager.fund({
        ranges: [range],
        amountWei: parseEther('100000'),
        payer,
        maxSpendWei: parseEther('1000000000'),
      }),
    ).rejects.toThrow(withCode('CHAIN_INSUFFICIENT_FUNDS'))
    expect(await stack.anvil.client.getTransactionCount({ address: payer.address })).toBe(nonceBefore)
    await expect(stack.manager.validate({ range, amountWei })).rejects.toThrow(
      /10 of 10 wallets hold too little/,
    )
  })

  it('holds all ranges together to the cap before the first is paid', async () => {
    const [first, second] = [freshRange(2), freshRange(3)]
    const payer = stack.payer()
    const fund = (capWei: bigint, ranges = [first, second]) =>
      stack.manager.fund({ ranges, amountWei, payer, maxSpendWei: capWei })
    const nonceBefore = await stack.anvil.client.getTransactionCount({ address: payer.address })
    await expect(fund(4n * amountWei)).rejects.toThrow(withCode('SPENDING_CAP'))
    expect(await stack.anvil.client.getTransactionCount({ address: payer.address })).toBe(nonceBefore)
    const overlapping = [second, first, { from: first.from + 1, count: 3 }]
    expect(await fund(6n * amountWei, overlapping)).toMatchObject({
      fundedWallets: 5,
      valueWei: 5n * amountWei,
    })
  })

  it('looks no further ahead than it pays', async () => {
    const range = freshRange(2_500)
    const { hd } = stack.manager
    let [derived, derivedForPlan] = [0, 0]
    const wallets = {
      user: (index: number) => {
        derived += 1
        return hd.user(index)
      },
    }
    const payer = stack.payer()
    const derivedWhenPaid: number[] = []
    const result = await fundWallets({
      chain: stack,
      contracts: stack.anvil.contracts,
      wallets,
      ranges: [range],
      amountWei,
      maxSpendWei,
      concurrency: 1,
      payer: {
        ...payer,
        pay: (call, options) => {
          derivedWhenPaid.push(derived - derivedForPlan)
          return payer.pay(call, options)
        },
      },
      onPlan: () => {
        derivedForPlan = derived
      },
    })
    expect(result).toMatchObject({ fundedWallets: 2_500, transactions: 7 })
    expect(derivedForPlan).toBe(2_500)
    // Those of the batch, and the next that are read together.
    for (const [batch, seen] of derivedWhenPaid.entries()) expect(seen).toBeLessThanOrEqual(500 * (batch + 2))
  })

  it('writes the plan before it sends and what became of it after', async () => {
    const range = freshRange(3)
    const journalPath = join(folder, 'journal.ndjson')
    const payer = stack.payer()
    await stack.manager.fund({ ranges: [range], amountWei, payer, maxSpendWei, journalPath })
    const entries: MoneyEntry[] = []
    for await (const entry of readMoneyJournal(journalPath)) entries.push(entry)
    expect(entries.map(({ type }) => type)).toEqual(['plan', 'batch', 'sent', 'paid', 'verified'])
    expect(entries[0]).toMatchObject({ payments: 3, valueWei: String(3n * amountWei) })
    expect(entries[1]).toMatchObject({
      payments: [0, 1, 2].map((i) => [range.from + i, String(amountWei)]),
    })
    expect(await readOpenPayments(journalPath)).toEqual([])
  })

  it('notices a wallet that Multisend passed over in silence', async () => {
    const range = freshRange(3)
    const { address } = stack.manager.wallet(range.from + 1)
    // A contract without a receive function rejects funds.
    await stack.anvil.client.setCode({ address, bytecode: '0x60006000fd' })
    const { multisend } = stack.anvil.contracts
    const funding = fundWallets({
      chain: stack,
      contracts: { multisend },
      wallets: stack.manager.hd,
      ranges: [range],
      amountWei,
      payer: stack.payer(),
      maxSpendWei,
    })
    await expect(funding).rejects.toThrow(
      new RegExp(`1 of 3 wallets hold less than they should: ${range.from + 1}`),
    )
    const viaMulticall = stack.manager.fund({ ranges: [range], amountWei, payer: stack.payer(), maxSpendWei })
    await expect(viaMulticall).rejects.toThrow(withCode('FUNDING_FAILED'))
  })

  it('tells why the contract refused a payment, by the name and arguments of its error', async () => {
    const { client, contracts } = stack.anvil
    const code = await client.getCode({ address: contracts.multisend })
    const fund = (pick: Partial<typeof contracts>) =>
      fundWallets({
        chain: stack,
        contracts: pick,
        wallets: stack.manager.hd,
        ranges: [freshRange(2)],
        amountWei,
        payer: stack.payer(),
        maxSpendWei,
      })
    try {
      await client.setCode({ address: contracts.multisend, bytecode: revertingCode(notFileOwner.data) })
      await expect(fund({ multisend: contracts.multisend })).rejects.toThrow(
        `was reverted: ${notFileOwner.text}.`,
      )
    } finally {
      await client.setCode({ address: contracts.multisend, bytecode: code ?? '0x' })
    }
    const refusing = stack.manager.wallet(nextIndex).address
    await client.setCode({ address: refusing, bytecode: '0x60006000fd' })
    await expect(fund({ multicall3: contracts.multicall3 })).rejects.toThrow(
      'was reverted: Multicall3: call failed.',
    )
  })

  it('tells why a contract refused to tell balances', async () => {
    const address = `0x${'77'.repeat(20)}` as const
    await stack.anvil.client.setCode({ address, bytecode: revertingCode(notFileOwner.data) })
    await expect(readBalances(stack.rpc, [address], { multicall3: address })).rejects.toMatchObject({
      code: 'TX_REVERTED',
      message: `eth_call: the contract refused: ${notFileOwner.text}`,
    })
  })

  it('waits for payments of an earlier, killed process before it looks who lacks what', async () => {
    const range = freshRange(4)
    const { client, accounts } = stack.anvil
    const { address } = accounts.funder
    const before = await stack.balance(address)
    await client.setAutomine(false)
    try {
      const sentBefore = await client.getTransactionCount({ address, blockTag: 'pending' })
      const pending = async () =>
        (await client.getTransactionCount({ address, blockTag: 'pending' })) - sentBefore
      const killed = new AbortController()
      const options = { ranges: [range], amountWei, maxSpendWei }
      const first = stack.manager.fund({ ...options, payer: stack.payer(), signal: killed.signal })
      await until(async () => (await pending()) >= 1)
      killed.abort()
      await expect(first).rejects.toThrow()

      const looks = () => stack.rpc.calls().byMethod.eth_getTransactionCount ?? 0
      const looksBefore = looks()
      const second = stack.manager.fund({ ...options, payer: stack.payer() })
      // It keeps looking, and sends nothing.
      await until(async () => (await pending()) >= 2 || looks() >= looksBefore + 4)
      await client.mine({ blocks: 1 })
      await client.setAutomine(true)
      expect(await second).toMatchObject({ fundedWallets: 0, satisfiedWallets: 4 })
    } finally {
      await client.setAutomine(true)
    }
    const status = await stack.manager.status({ range, amountWei })
    expect(status.totalWei).toBe(4n * amountWei)
    expect(before - (await stack.balance(address))).toBeLessThan(5n * amountWei)
  })

  it('notes a payment before it is sent, and so waits for it though a node does not tell what is pending', async () => {
    const { client, accounts, rpcUrl } = stack.anvil
    const node = await startScriptedNode({ upstream: rpcUrl })
    const journalPath = join(folder, 'noted.ndjson')
    const noted: boolean[] = []
    node.answer = async (call) => {
      const { method, params } = call
      if (method === 'eth_sendRawTransaction') {
        noted.push((await readFile(journalPath, 'utf8')).includes(keccak256(params[0] as Hex)))
      }
      const isAboutPending = method === 'eth_getTransactionCount' && params[1] === 'pending'
      return isAboutPending ? await node.forward({ ...call, params: [params[0], 'latest'] }) : undefined
    }
    const options = { ranges: [freshRange(4)], amountWei, maxSpendWei, journalPath }
    const countOf = (blockTag: 'pending' | 'latest') =>
      client.getTransactionCount({ address: accounts.funder.address, blockTag })
    await client.setAutomine(false)
    try {
      const killed = new AbortController()
      const first = stack.through(node.url)
      const firstEnds = first.manager.fund({ ...options, payer: first.payer(), signal: killed.signal })
      await until(async () => (await countOf('pending')) > (await countOf('latest')))
      killed.abort()
      await expect(firstEnds).rejects.toThrow()

      const second = stack.through(node.url)
      const secondEnds = second.manager.fund({ ...options, payer: second.payer() })
      const looks = () => node.count('eth_getTransactionByHash')
      const looksBefore = looks()
      await until(async () => noted.length > 1 || looks() >= looksBefore + 3)
      await client.mine({ blocks: 1 })
      await client.setAutomine(true)
      expect(await secondEnds).toMatchObject({ fundedWallets: 0, satisfiedWallets: 4 })
      expect(noted).toEqual([true])
    } finally {
      await client.setAutomine(true)
      await node.stop()
    }
  })
})

describe('reading balances', () => {
  it('gives the same through Multicall3 as one by one, in order, for any number of accounts', async () => {
    const range = freshRange(7)
    await stack.manager.fund({
      ranges: [{ ...range, count: 3 }],
      amountWei: 5n,
      payer: stack.payer(),
      maxSpendWei,
    })
    const addresses = [...stack.manager.wallets(range)].map(({ address }) => address)
    addresses.push(stack.anvil.accounts.owner.address)
    const { multicall3 } = stack.anvil.contracts
    const plain = await readBalances(stack.rpc, addresses)
    expect(plain).toEqual([
      5n,
      5n,
      5n,
      0n,
      0n,
      0n,
      0n,
      await stack.balance(stack.anvil.accounts.owner.address),
    ])
    expect(await readBalances(stack.rpc, addresses, { multicall3 })).toEqual(plain)
    expect(await readBalances(stack.rpc, addresses, { multicall3, chunkSize: 3 })).toEqual(plain)
    expect(await readBalances(stack.rpc, addresses, { chunkSize: 1 })).toEqual(plain)
    expect(await readBalances(stack.rpc, [], { multicall3 })).toEqual([])
  })

  it('waits for a node that has not come to the block yet', async () => {
    const addresses = [stack.manager.wallet(freshRange(1).from).address]
    const { multicall3 } = stack.anvil.contracts
    const head = Number(await stack.anvil.client.getBlockNumber())
    const reading = Promise.all([
      readBalances(stack.rpc, addresses, { multicall3, sinceBlock: head + 1 }),
      readBalances(stack.rpc, addresses, { sinceBlock: head + 1 }),
    ])
    await readBalances(stack.rpc, addresses, { multicall3, sinceBlock: head })
    await stack.anvil.client.setBalance({ address: addresses[0] ?? '0x', value: 7n })
    await stack.anvil.client.mine({ blocks: 1 })
    expect(await reading).toEqual([[7n], [7n]])
  })

  it('does not take an account for a contract', async () => {
    const { address } = stack.manager.wallet(0)
    await expect(readBalances(stack.rpc, [address], { multicall3: address })).rejects.toThrow(
      withCode('CHAIN_RPC_ERROR'),
    )
  })
})

describe('sweeping wallets', () => {
  it('leaves nothing on any of them, and the ledger balance to the wei', async () => {
    const range = freshRange(40)
    const payer = stack.payer()
    const start = await stack.balance(payer.address)
    const ledger = createMoneyLedger()
    const { valueWei, feesWei } = await stack.manager.fund({ ranges: [range], amountWei, payer, maxSpendWei })
    ledger.funded(valueWei, feesWei)
    const result = await stack.manager.sweep({
      range,
      to: payer.address,
      onSwept: (swept) => ledger.swept(swept.sweptWei, swept.feesWei),
    })
    expect(result).toMatchObject({ wallets: 40, sweptWallets: 40, leftWei: 0n, failures: [] })
    const { funderCostWei, spentWei } = ledger.close(result.leftWei)
    expect(funderCostWei).toBe(start - (await stack.balance(payer.address)))
    expect(spentWei).toBe(result.feesWei)
    const again = await stack.manager.sweep({ range, to: payer.address })
    expect(again).toMatchObject({ sweptWallets: 0, sweptWei: 0n, feesWei: 0n, leftWei: 0n })
  })

  it('does not bid against its own transfers, of which the history of the chain soon consists', async () => {
    const range = freshRange(12)
    const payer = stack.payer()
    await stack.manager.fund({ ranges: [range], amountWei, payer, maxSpendWei })
    const { client } = stack.anvil
    await client.setNextBlockBaseFeePerGas({ baseFeePerGas: parseGwei('10') })
    await client.mine({ blocks: 1 })
    const pricesWei: bigint[] = []
    await stack.manager.sweep({
      range,
      to: payer.address,
      concurrency: 1,
      onSwept: ({ feesWei }) => pricesWei.push(feesWei / transferGas),
    })
    expect(pricesWei).toHaveLength(12)
    expect(pricesWei).toEqual(pricesWei.toSorted((a, b) => (a < b ? 1 : -1)))
  })

  it('leaves what is worth less than the gas to send it', async () => {
    const range = freshRange(2)
    const payer = stack.payer()
    await stack.manager.fund({ ranges: [range], amountWei: 1_000n, payer, maxSpendWei })
    const result = await stack.manager.sweep({ range, to: payer.address })
    expect(result).toMatchObject({ sweptWallets: 0, leftWei: 2_000n, failures: [] })
  })

  it('returns funds to plain accounts only', async () => {
    const to = stack.anvil.contracts.multicall3
    await expect(stack.manager.sweep({ range: { from: 0, count: 1 }, to })).rejects.toThrow(
      withCode('CONFIG_INVALID'),
    )
  })
})
