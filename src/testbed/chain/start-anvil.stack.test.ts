import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { devAccounts } from './dev-accounts.ts'
import { type AnvilOptions, type RunningAnvil, startAnvil } from './start-anvil.ts'

const running: RunningAnvil[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((anvil) => anvil.stop()))
})

async function start(options: AnvilOptions = {}): Promise<RunningAnvil> {
  const anvil = await startAnvil(options)
  running.push(anvil)
  return anvil
}

const { funder, relayer } = devAccounts
const transfer = { from: funder.address, to: relayer.address, value: 1n } as const

/** Waits for a block number. */
const reach = (anvil: RunningAnvil, number: bigint) =>
  expect
    .poll(() => anvil.client.getBlockNumber(), { interval: 10, timeout: 10_000 })
    .toBeGreaterThanOrEqual(number)

describe('starting', () => {
  it('listens on a free port and serves chain 14800', async () => {
    const [one, two] = await Promise.all([start(), start()])
    expect(one.rpcUrl).not.toBe(two.rpcUrl)
    expect(await one.client.getChainId()).toBe(14800)
  })

  it('uses the given chain id, block gas limit and port', async () => {
    const { rpcUrl, stop } = await start()
    await stop()
    const port = Number(new URL(rpcUrl).port)
    const anvil = await start({ chainId: 1234, blockGasLimit: 60_000_000n, port })
    expect(anvil.rpcUrl).toBe(`http://127.0.0.1:${port}`)
    expect(await anvil.client.getChainId()).toBe(1234)
    expect((await anvil.client.getBlock()).gasLimit).toBe(60_000_000n)
  })

  it('reports a taken port as PORT_IN_USE', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    await expect(startAnvil({ port })).rejects.toMatchObject({ code: 'PORT_IN_USE' })
    await new Promise((resolve) => server.close(resolve))
  })

  it('reports refused options with the message of anvil', async () => {
    await expect(startAnvil({ chainId: -1 })).rejects.toMatchObject({
      code: 'TESTBED_START_FAILED',
      message: expect.stringContaining('unexpected argument'),
    })
  })

  it('ends the start with the reason of an abort', async () => {
    const controller = new AbortController()
    const starting = startAnvil({ signal: controller.signal })
    controller.abort(new Error('stop it'))
    await expect(starting).rejects.toThrow('stop it')
  })

  it('runs the preparation before the first block', async () => {
    const anvil = await startAnvil({ blockTime: 0.01 }, async (client) => {
      for (let reads = 0; reads < 30; reads++) expect(await client.getBlockNumber()).toBe(0n)
    })
    running.push(anvil)
    await reach(anvil, 2n)
  })

  it('leaves no process and keeps the cause when the preparation fails', async () => {
    const cause = new Error('no luck')
    const starting = startAnvil({}, async () => {
      throw cause
    })
    await expect(starting).rejects.toMatchObject({ code: 'TESTBED_START_FAILED', cause })
  })
})

describe('blocks', () => {
  it('come at an interval, empty ones too', async () => {
    const anvil = await start({ blockTime: 0.05 })
    await reach(anvil, 3n)
  })

  it('come with each transaction if they are instant', async () => {
    const anvil = await start({ blockTime: 'instant' })
    const hash = await anvil.client.sendUnsignedTransaction(transfer)
    const { blockNumber } = await anvil.client.waitForTransactionReceipt({ hash })
    expect(blockNumber).toBe(1n)
  })

  it('include transactions at their time', async () => {
    const anvil = await start({ blockTime: 0.1 })
    const hash = await anvil.client.sendUnsignedTransaction(transfer)
    const { status } = await anvil.client.waitForTransactionReceipt({ hash })
    expect(status).toBe('success')
  })

  it('have a base fee by EIP-1559: empty ones lower it', async () => {
    const anvil = await start({ blockTime: 0.02 })
    await reach(anvil, 3n)
    const [early, late] = await Promise.all([
      anvil.client.getBlock({ blockNumber: 1n }),
      anvil.client.getBlock({ blockNumber: 3n }),
    ])
    expect(late.baseFeePerGas).toBeLessThan(early.baseFeePerGas ?? 0n)
  })

  it('have the fixed base fee', async () => {
    const anvil = await start({ blockTime: 0.02, fixedBaseFeeWei: 123_456_789n })
    await reach(anvil, 4n)
    for (const blockNumber of [1n, 2n, 3n, 4n]) {
      const block = await anvil.client.getBlock({ blockNumber })
      expect(block.baseFeePerGas).toBe(123_456_789n)
    }
  })

  it('keep recent states and drop older ones', async () => {
    const anvil = await start({ blockTime: 'instant', keepStates: 2 })
    const balanceAt = (blockNumber: bigint) =>
      anvil.client.getBalance({ address: relayer.address, blockNumber })
    const before = await balanceAt(0n)
    for (let sent = 0; sent < 6; sent++) {
      const hash = await anvil.client.sendUnsignedTransaction(transfer)
      await anvil.client.waitForTransactionReceipt({ hash })
    }
    expect(await balanceAt(5n)).toBe(before + 5n)
    await expect(balanceAt(1n)).rejects.toThrow()
  })
})

describe('the end', () => {
  it('stops the process, also when called twice', async () => {
    const anvil = await startAnvil({ blockTime: 0.05 })
    expect(await anvil.stop()).toMatchObject({ expected: true })
    expect(() => process.kill(anvil.pid, 0)).toThrow()
    await anvil.stop()
  })

  it('reports an unexpected end', async () => {
    const anvil = await start({ blockTime: 0.05 })
    process.kill(anvil.pid, 'SIGKILL')
    expect(await anvil.exited).toEqual({ code: null, signal: 'SIGKILL', expected: false })
  })
})
