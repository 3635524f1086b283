import { type Hex, keccak256, maxUint256, toHex, zeroAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import { asOwner, type ContractChain } from './contract-chain.ts'
import { emittedEvents, eventNames } from './emitted-events.ts'
import { addressNamed, alice, bob } from './flow-input.ts'
import { revertReason } from './revert-reason.ts'
import { type AddServerInput, signAddServer, signTrust, signUntrust } from './signed-input.ts'
import { useContractChain } from './use-contract-chain.ts'

const first = addressNamed('first server')
const second = addressNamed('second server')
const asAlice = { account: alice.address }
const asBob = { account: bob.address }

/** Alice owns server 1 and trusts it; the relayer is permission manager. */
let chain: ContractChain
useContractChain(async (started) => {
  chain = started
  await chain.unlock(alice.address)
  await chain.unlock(bob.address)
  const manager = keccak256(toHex('PERMISSION_MANAGER_ROLE'))
  await chain.mined(chain.servers.write.grantRole([manager, chain.relayer], asOwner))
  await chain.mined(chain.servers.write.addAndTrustServerByManager([alice.address, managed(first)]))
})

const managed = (serverAddress: `0x${string}`) => ({ serverAddress, publicKey: 'key', serverUrl: 'url' })

async function signedServer(over: Partial<AddServerInput> = {}, user = alice) {
  const input = { nonce: 0n, serverAddress: second, publicKey: 'key', serverUrl: 'url', ...over }
  return [input, await signAddServer(user, input)] as const
}

describe('6 adding servers', () => {
  it('a manager registers for an owner, who trusts the server from then on', async () => {
    const receipt = await chain.mined(
      chain.servers.write.addAndTrustServerByManager([bob.address, managed(second)]),
    )
    expect(eventNames(receipt)).toEqual(['servers.ServerRegistered', 'servers.ServerTrusted'])
    expect(await chain.servers.read.servers([2n])).toMatchObject({
      id: 2n,
      owner: bob.address,
      publicKey: 'key',
      url: 'url',
    })
    expect(await chain.servers.read.userServerIdsValues([bob.address])).toEqual([2n])
  })

  it('only managers may register or trust for others', async () => {
    const missing = /^AccessControlUnauthorizedAccount/
    const add = chain.servers.simulate.addAndTrustServerByManager([bob.address, managed(second)], asOwner)
    expect(await revertReason(add)).toMatch(missing)
    const trust = chain.servers.simulate.trustServerByManager([bob.address, 1n], asOwner)
    expect(await revertReason(trust)).toMatch(missing)
  })

  it('anyone sends a signed addition; the signer owns the server but does not trust it', async () => {
    const receipt = await chain.mined(chain.servers.write.addServerWithSignature(await signedServer({}, bob)))
    expect(emittedEvents(receipt)).toEqual([
      {
        event: 'servers.ServerRegistered',
        args: {
          serverId: 2n,
          owner: bob.address,
          serverAddress: expect.any(String),
          publicKey: 'key',
          url: 'url',
        },
      },
    ])
    expect(await chain.servers.read.userServerIdsLength([bob.address])).toBe(0n)
    expect(await chain.servers.read.serverAddressToId([second])).toBe(2n)
  })

  it('a signed add-and-trust does both for the signer', async () => {
    const receipt = await chain.mined(
      chain.servers.write.addAndTrustServerWithSignature(await signedServer({}, bob)),
    )
    expect(eventNames(receipt)).toEqual(['servers.ServerRegistered', 'servers.ServerTrusted'])
    expect((await chain.servers.read.servers([2n])).owner).toBe(bob.address)
    expect(await chain.servers.read.users([bob.address])).toEqual([1n, [2n]])
  })

  it.each(['addServerWithSignature', 'addAndTrustServerWithSignature'] as const)(
    '%s checks nonce, public key, URL and address, in that order',
    async (name) => {
      const attempt = async (over: Partial<AddServerInput>) =>
        chain.servers.simulate[name](await signedServer(over))
      const faults = { nonce: 1n, publicKey: '', serverUrl: '', serverAddress: zeroAddress }
      expect(await revertReason(attempt(faults))).toBe('InvalidNonce(0, 1)')
      expect(await revertReason(attempt({ ...faults, nonce: 0n }))).toBe('EmptyPublicKey()')
      expect(await revertReason(attempt({ serverUrl: '', serverAddress: zeroAddress }))).toBe('EmptyUrl()')
      expect(await revertReason(attempt({ serverAddress: zeroAddress }))).toBe('ZeroAddress()')
    },
  )

  it('an address is registered once for all users', async () => {
    const signed = chain.servers.simulate.addServerWithSignature(
      await signedServer({ serverAddress: first }, bob),
    )
    expect(await revertReason(signed)).toBe('ServerAlreadyRegistered()')
    const signedWithTrust = chain.servers.simulate.addAndTrustServerWithSignature(
      await signedServer({ serverAddress: first }, bob),
    )
    expect(await revertReason(signedWithTrust)).toBe('ServerAlreadyRegistered()')
    const byManager = chain.servers.simulate.addAndTrustServerByManager([bob.address, managed(first)])
    expect(await revertReason(byManager)).toBe('ServerAlreadyRegistered()')
  })
})

describe('6 trusting servers', () => {
  it('a manager trusts for a user', async () => {
    const receipt = await chain.mined(chain.servers.write.trustServerByManager([bob.address, 1n]))
    expect(emittedEvents(receipt)).toEqual([
      { event: 'servers.ServerTrusted', args: { user: bob.address, serverId: 1n } },
    ])
    expect(await chain.servers.read.userServerIdsAt([bob.address, 0n])).toBe(1n)
  })

  it('a user trusts from this block on, without end; doing it twice is fine', async () => {
    await chain.mined(chain.servers.write.trustServer([1n], asBob))
    const { blockNumber } = await chain.mined(chain.servers.write.trustServer([1n], asBob))
    expect(await chain.servers.read.userServers([bob.address, 1n])).toMatchObject({
      id: 1n,
      owner: alice.address,
      url: 'url',
      startBlock: blockNumber,
      endBlock: maxUint256,
    })
    expect(await chain.servers.read.userServerIdsValues([bob.address])).toEqual([1n])
  })

  it('a server that does not exist is not trusted', async () => {
    for (const id of [0n, 2n]) {
      expect(await revertReason(chain.servers.simulate.trustServer([id]))).toBe('ServerNotFound()')
    }
    const byManager = chain.servers.simulate.trustServerByManager([bob.address, 2n])
    expect(await revertReason(byManager)).toBe('ServerNotFound()')
    const input = { nonce: 0n, serverId: 2n }
    const signed = [input, await signTrust(bob, input)] as const
    expect(await revertReason(chain.servers.simulate.trustServerWithSignature(signed))).toBe(
      'ServerNotFound()',
    )
  })

  it('signed trust is that of the signer', async () => {
    const input = { nonce: 0n, serverId: 1n }
    await chain.mined(chain.servers.write.trustServerWithSignature([input, await signTrust(bob, input)]))
    expect(await chain.servers.read.users([bob.address])).toEqual([1n, [1n]])
  })
})

describe('6 untrusting servers', () => {
  it('ends the trust in this block and keeps the id in the list', async () => {
    const receipt = await chain.mined(chain.servers.write.untrustServer([1n], asAlice))
    expect(emittedEvents(receipt)).toEqual([
      { event: 'servers.ServerUntrusted', args: { user: alice.address, serverId: 1n } },
    ])
    const { startBlock, endBlock } = await chain.servers.read.userServers([alice.address, 1n])
    expect([startBlock < endBlock, endBlock]).toEqual([true, receipt.blockNumber])
    expect(await chain.servers.read.userServerIdsValues([alice.address])).toEqual([1n])
  })

  it('works once, then again after trusting again', async () => {
    await chain.mined(chain.servers.write.untrustServer([1n], asAlice))
    await chain.client.mine({ blocks: 1 })
    expect(await revertReason(chain.servers.simulate.untrustServer([1n], asAlice))).toBe(
      'ServerAlreadyUntrusted()',
    )
    await chain.mined(chain.servers.write.trustServer([1n], asAlice))
    await chain.mined(chain.servers.write.untrustServer([1n], asAlice))
  })

  it('twice in one block is fine', async () => {
    await chain.client.setAutomine(false)
    const hashes = [
      await chain.servers.write.untrustServer([1n], asAlice),
      await chain.servers.write.untrustServer([1n], asAlice),
    ]
    await chain.client.mine({ blocks: 1 })
    await chain.client.setAutomine(true)
    const receipts = await Promise.all(hashes.map((hash) => chain.client.getTransactionReceipt({ hash })))
    expect(receipts.map(({ status }) => status)).toEqual(['success', 'success'])
    expect(receipts[0]?.blockNumber).toBe(receipts[1]?.blockNumber)
  })

  /** Has calls of Alice's mined in one block. */
  async function inOneBlock(...calls: (() => Promise<Hex>)[]) {
    await chain.client.setAutomine(false)
    const hashes: Hex[] = []
    for (const call of calls) hashes.push(await call())
    await chain.client.mine({ blocks: 1 })
    await chain.client.setAutomine(true)
    return Promise.all(hashes.map((hash) => chain.client.getTransactionReceipt({ hash })))
  }
  const untrust = () => chain.servers.write.untrustServer([1n], asAlice)
  const trust = () => chain.servers.write.trustServer([1n], asAlice)

  it('and trusting again in the same block: the window starts anew', async () => {
    const receipts = await inOneBlock(untrust, trust)
    expect(receipts.map(({ status }) => status)).toEqual(['success', 'success'])
    expect(await chain.servers.read.userServers([alice.address, 1n])).toMatchObject({
      startBlock: receipts[1]?.blockNumber,
      endBlock: maxUint256,
    })
    expect((await chain.mined(untrust())).status).toBe('success')
  })

  it('trusted again and ended in the same block, it is over in the next', async () => {
    await chain.mined(untrust())
    const receipts = await inOneBlock(trust, untrust, untrust)
    expect(receipts.map(({ status }) => status)).toEqual(['success', 'success', 'success'])
    const { blockNumber } = receipts[0] ?? {}
    expect(await chain.servers.read.userServers([alice.address, 1n])).toMatchObject({
      startBlock: blockNumber,
      endBlock: blockNumber,
    })
    expect((await chain.mined(untrust())).status).toBe('reverted')
  })

  it('needs a server that was trusted; 0 is none', async () => {
    expect(await revertReason(chain.servers.simulate.untrustServer([0n], asBob))).toBe('ServerNotFound()')
    for (const id of [1n, 9n]) {
      expect(await revertReason(chain.servers.simulate.untrustServer([id], asBob))).toBe('ServerNotTrusted()')
    }
  })

  it('signed, it is that of the signer', async () => {
    const input = { nonce: 0n, serverId: 1n }
    const signed = [input, await signUntrust(alice, input)] as const
    const { blockNumber } = await chain.mined(chain.servers.write.untrustServerWithSignature(signed))
    expect((await chain.servers.read.userServers([alice.address, 1n])).endBlock).toBe(blockNumber)
    expect(await chain.servers.read.userNonce([alice.address])).toBe(1n)
  })
})

describe('6 updateServer', () => {
  it('changes the URL alone', async () => {
    const before = await chain.servers.read.servers([1n])
    const receipt = await chain.mined(chain.servers.write.updateServer([1n, 'new url'], asAlice))
    expect(emittedEvents(receipt)).toEqual([
      { event: 'servers.ServerUpdated', args: { serverId: 1n, url: 'new url' } },
    ])
    expect(await chain.servers.read.servers([1n])).toEqual({ ...before, url: 'new url' })
    expect(await chain.servers.read.userServers([alice.address, 1n])).toMatchObject({ url: 'new url' })
  })

  it('checks URL, server and owner, in that order', async () => {
    expect(await revertReason(chain.servers.simulate.updateServer([9n, '']))).toBe('EmptyUrl()')
    expect(await revertReason(chain.servers.simulate.updateServer([9n, 'x']))).toBe('ServerNotFound()')
    expect(await revertReason(chain.servers.simulate.updateServer([0n, 'x']))).toBe('ServerNotFound()')
    expect(await revertReason(chain.servers.simulate.updateServer([1n, 'x'], asBob))).toBe(
      `NotServerOwner(${alice.address}, ${bob.address})`,
    )
  })
})

describe('6 reads', () => {
  it('a server by id and by address', async () => {
    const server = await chain.servers.read.servers([1n])
    expect(server).toMatchObject({ id: 1n, owner: alice.address, publicKey: 'key', url: 'url' })
    expect(await chain.servers.read.serverByAddress([first])).toEqual(server)
    expect(await chain.servers.read.serverAddressToId([first])).toBe(1n)
    expect(await chain.servers.read.serversCount()).toBe(1n)
  })

  it("all of a user's servers with their windows", async () => {
    await chain.mined(chain.servers.write.addAndTrustServerByManager([alice.address, managed(second)]))
    await chain.mined(chain.servers.write.untrustServer([1n], asAlice))
    const both = [
      await chain.servers.read.userServers([alice.address, 1n]),
      await chain.servers.read.userServers([alice.address, 2n]),
    ]
    expect(await chain.servers.read.userServerValues([alice.address])).toEqual(both)
    expect(await chain.servers.read.userServerIdsLength([alice.address])).toBe(2n)
  })

  it('an index beyond the list panics', async () => {
    expect(await revertReason(chain.servers.read.userServerIdsAt([alice.address, 1n]))).toBe('Panic(50)')
  })
})

it('6 a pause stops everything that writes for users', async () => {
  await chain.mined(chain.servers.write.pause(asOwner))
  const { simulate } = chain.servers
  const trust = { nonce: 0n, serverId: 1n }
  const calls = [
    simulate.addAndTrustServerByManager([bob.address, managed(second)]),
    simulate.trustServerByManager([bob.address, 1n]),
    simulate.addServerWithSignature(await signedServer()),
    simulate.addAndTrustServerWithSignature(await signedServer()),
    simulate.trustServer([1n]),
    simulate.trustServerWithSignature([trust, '0x']),
    simulate.untrustServer([1n], asAlice),
    simulate.untrustServerWithSignature([trust, '0x']),
    simulate.updateServer([1n, 'x'], asAlice),
  ]
  expect(await Promise.all(calls.map(revertReason))).toEqual(calls.map(() => 'EnforcedPause()'))
})
