import fc from 'fast-check'
import { encodeFunctionData, getAddress, type Hex, parseAbi } from 'viem'
import { describe, expect, it } from 'vitest'
import { type Disperser, disperseCall } from './disperse-call.ts'

const abi = parseAbi([
  'struct Call3Value { address target; bool allowFailure; uint256 value; bytes callData; }',
  'function aggregate3Value(Call3Value[] calls)',
  'function multisendVanaWithDifferentAmounts(uint256[] amounts, address[] recipients)',
])
const addresses = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .map((bytes) => getAddress(`0x${Buffer.from(bytes).toString('hex')}`))
const payments = fc.array(
  fc.record({ address: addresses, amountWei: fc.bigInt({ min: 0n, max: 2n ** 100n }) }),
  { maxLength: 20 },
)
const contract = getAddress('0xd8d2dfca27e8797fd779f8547166a2d3b29d360e')
const sum = (list: readonly { amountWei: bigint }[]): bigint =>
  list.reduce((total, { amountWei }) => total + amountWei, 0n)

describe('a call that pays many accounts', () => {
  it('is what an ABI encoder makes of it, and pays exactly the sum', () => {
    fc.assert(
      fc.property(payments, (list) => {
        const expected: Record<Disperser['kind'], Hex> = {
          multicall3: encodeFunctionData({
            abi,
            functionName: 'aggregate3Value',
            args: [
              list.map(({ address, amountWei }) => ({
                target: address,
                allowFailure: false,
                value: amountWei,
                callData: '0x' as const,
              })),
            ],
          }),
          multisend: encodeFunctionData({
            abi,
            functionName: 'multisendVanaWithDifferentAmounts',
            args: [list.map(({ amountWei }) => amountWei), list.map(({ address }) => address)],
          }),
        }
        for (const kind of ['multicall3', 'multisend'] as const) {
          expect(disperseCall({ kind, address: contract }, list)).toEqual({
            to: contract,
            data: expected[kind],
            valueWei: sum(list),
          })
        }
      }),
    )
  })
})
