import { encodeFunctionData, getContract, multicall3Abi, parseAbi, zeroAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import type { ContractChain } from './contract-chain.ts'
import { addressNamed, registerApp } from './flow-input.ts'
import { useContractChain } from './use-contract-chain.ts'

const fullAbi = parseAbi([
  'struct Call { address target; bytes callData; }',
  'struct Call3Value { address target; bool allowFailure; uint256 value; bytes callData; }',
  'struct Result { bool success; bytes returnData; }',
  'function aggregate(Call[] calls) payable returns (uint256 blockNumber, bytes[] returnData)',
  'function aggregate3Value(Call3Value[] calls) payable returns (Result[] returnData)',
  'function tryAggregate(bool requireSuccess, Call[] calls) payable returns (Result[] returnData)',
  'function blockAndAggregate(Call[] calls) payable returns (uint256, bytes32, Result[] returnData)',
  'function getBlockNumber() view returns (uint256)',
  'function getBlockHash(uint256) view returns (bytes32)',
  'function getLastBlockHash() view returns (bytes32)',
  'function getCurrentBlockTimestamp() view returns (uint256)',
  'function getCurrentBlockGasLimit() view returns (uint256)',
  'function tryBlockAndAggregate(bool requireSuccess, Call[] calls) payable returns (uint256, bytes32, Result[] returnData)',
  'function getCurrentBlockCoinbase() view returns (address)',
  'function getCurrentBlockDifficulty() view returns (uint256)',
  'function getBasefee() view returns (uint256)',
  'function getChainId() view returns (uint256)',
  'function getEthBalance(address) view returns (uint256)',
])

let chain: ContractChain
useContractChain(async (started) => {
  chain = started
  await registerApp(chain)
})

const multicall3 = () =>
  getContract({ address: chain.contracts.multicall3, abi: fullAbi, client: chain.client })
const target = () => chain.grantees.address
const count = () => encodeFunctionData({ abi: chain.grantees.abi, functionName: 'granteesCount' })

describe('Multicall3', () => {
  it("serves viem's own multicall, with failures where they are allowed", async () => {
    const { grantees, servers } = chain
    const results = await chain.client.multicall({
      multicallAddress: chain.contracts.multicall3,
      contracts: [
        { ...grantees, functionName: 'granteesCount' },
        { ...servers, functionName: 'userServers', args: [addressNamed('nobody'), 1n] },
      ] as const,
    })
    expect(results[0]).toEqual({ status: 'success', result: 1n })
    expect(results[1].status).toBe('failure')
  })

  it('a failure that is not allowed reverts the whole', async () => {
    const failing = { target: target(), allowFailure: false, callData: '0x12345678' } as const
    const call = chain.client.simulateContract({
      address: chain.contracts.multicall3,
      abi: multicall3Abi,
      functionName: 'aggregate3',
      args: [[failing]],
    })
    await expect(call).rejects.toThrow('Multicall3: call failed')
  })

  it('aggregate, tryAggregate and blockAndAggregate', async () => {
    const calls = [{ target: target(), callData: count() }]
    const number = await chain.client.getBlockNumber()
    const [block, data] = (await multicall3().simulate.aggregate([calls])).result
    expect([block, BigInt(data[0] ?? 0)]).toEqual([number, 1n])
    const failing = [...calls, { target: target(), callData: '0x12345678' as const }]
    const tried = (await multicall3().simulate.tryAggregate([false, failing])).result
    expect(tried.map(({ success }) => success)).toEqual([true, false])
    await expect(multicall3().simulate.tryAggregate([true, failing])).rejects.toThrow('call failed')
    await expect(multicall3().simulate.aggregate([failing])).rejects.toThrow('call failed')
    const noHash = `0x${'00'.repeat(32)}`
    const one = { success: true, returnData: data[0] }
    expect((await multicall3().simulate.blockAndAggregate([calls])).result).toEqual([number, noHash, [one]])
    await expect(multicall3().simulate.blockAndAggregate([failing])).rejects.toThrow('call failed')
    const [, , results] = (await multicall3().simulate.tryBlockAndAggregate([false, failing])).result
    expect(results).toEqual([one, { success: false, returnData: '0x' }])
  })

  it('aggregate3Value sends exactly the value it receives', async () => {
    const to = addressNamed('recipient')
    const calls = [{ target: to, allowFailure: false, value: 5n, callData: '0x' as const }]
    await chain.mined(multicall3().write.aggregate3Value([calls], { value: 5n }))
    expect(await chain.client.getBalance({ address: to })).toBe(5n)
    await expect(multicall3().simulate.aggregate3Value([calls], { value: 6n })).rejects.toThrow(
      'value mismatch',
    )
  })

  it('aggregate3Value keeps the value of a call that may fail and does', async () => {
    const refusing = { target: target(), allowFailure: true, value: 5n, callData: '0x' as const }
    const { result } = await multicall3().simulate.aggregate3Value([[refusing]], { value: 5n })
    expect(result).toEqual([{ success: false, returnData: '0x' }])
    const strict = multicall3().simulate.aggregate3Value([[{ ...refusing, allowFailure: false }]], {
      value: 5n,
    })
    await expect(strict).rejects.toThrow('call failed')
  })

  it('tells block, chain and balances', async () => {
    const { read } = multicall3()
    const block = await chain.client.getBlock()
    expect(await read.getBlockNumber()).toBe(block.number)
    expect(await read.getCurrentBlockTimestamp()).toBe(block.timestamp)
    expect(await read.getCurrentBlockGasLimit()).toBe(block.gasLimit)
    expect(await read.getBlockHash([block.number - 1n])).toBe(block.parentHash)
    expect(await read.getLastBlockHash()).toBe(block.parentHash)
    expect(await read.getCurrentBlockCoinbase()).toBe(zeroAddress)
    expect(await read.getCurrentBlockDifficulty()).toBe(BigInt(block.mixHash))
    // Anvil makes calls at the price of the next block, an eighth away at most.
    const baseFee = Number(await read.getBasefee()) / Number(block.baseFeePerGas)
    expect(Math.abs(baseFee - 1)).toBeLessThanOrEqual(0.125)
    expect(await read.getChainId()).toBe(14800n)
    expect(await read.getEthBalance([chain.relayer])).toBe(
      await chain.client.getBalance({ address: chain.relayer }),
    )
  })
})
