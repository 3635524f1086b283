import { getContract, parseAbi } from 'viem'
import { describe, expect, it } from 'vitest'
import { asOwner, type ContractChain } from './contract-chain.ts'
import { addressNamed } from './flow-input.ts'
import { revertReason } from './revert-reason.ts'
import { useContractChain } from './use-contract-chain.ts'

const abi = parseAbi([
  'function multisendVana(uint256 amount, address[] recipients) payable',
  'function multisendVanaWithDifferentAmounts(uint256[] amounts, address[] recipients) payable',
  'function owner() view returns (address)',
  'function initialize(address)',
  'function upgradeToAndCall(address, bytes) payable',
  'error InvalidAmount()',
  'error LengthMismatch()',
])
const recipients = Array.from({ length: 50 }, (_, index) => addressNamed(`recipient ${index}`))
const [one, two] = [addressNamed('one'), addressNamed('two')] as const

let chain: ContractChain
let multisend: ReturnType<typeof contract>
const contract = () => getContract({ address: chain.contracts.multisend, abi, client: chain.client })
useContractChain(async (started) => {
  chain = started
  multisend = contract()
})

const balance = (address: `0x${string}`) => chain.client.getBalance({ address })

describe('Multisend', () => {
  it('sends the same amount to everybody', async () => {
    await chain.mined(multisend.write.multisendVana([7n, recipients], { value: 350n }))
    expect(await Promise.all(recipients.map(balance))).toEqual(recipients.map(() => 7n))
  })

  it('must be given exactly the sum', async () => {
    for (const value of [349n, 351n]) {
      expect(await revertReason(multisend.simulate.multisendVana([7n, recipients], { value }))).toBe(
        'InvalidAmount()',
      )
    }
  })

  it('sends everybody their own amount and gives back the rest', async () => {
    await chain.mined(
      multisend.write.multisendVanaWithDifferentAmounts(
        [
          [1n, 2n],
          [one, two],
        ],
        { value: 10n },
      ),
    )
    expect([await balance(one), await balance(two)]).toEqual([1n, 2n])
    expect(await balance(chain.contracts.multisend)).toBe(0n)
  })

  it('requires an amount for each recipient, and enough value', async () => {
    const { simulate } = multisend
    const lengths = simulate.multisendVanaWithDifferentAmounts([[1n], [one, two]], { value: 1n })
    expect(await revertReason(lengths)).toBe('LengthMismatch()')
    const short = simulate.multisendVanaWithDifferentAmounts(
      [
        [1n, 2n],
        [one, two],
      ],
      { value: 2n },
    )
    expect(await revertReason(short)).toBe('Panic(17)')
  })

  it('silently keeps the value that a recipient rejects', async () => {
    const refusing = chain.contracts.registry
    const { status } = await chain.mined(multisend.write.multisendVana([7n, [refusing, one]], { value: 14n }))
    expect(status).toBe('success')
    expect([await balance(one), await balance(chain.contracts.multisend)]).toEqual([7n, 7n])
  })

  it('is the owner’s to upgrade', async () => {
    expect(await multisend.read.owner()).toBe(chain.owner)
    const upgrade = [chain.contracts.multicall3, '0x'] as const
    expect(await revertReason(multisend.simulate.upgradeToAndCall(upgrade))).toMatch(
      /^OwnableUnauthorizedAccount/,
    )
    expect(await revertReason(multisend.simulate.upgradeToAndCall(upgrade, asOwner))).toMatch(
      /^ERC1967InvalidImplementation/,
    )
    expect(await revertReason(multisend.simulate.initialize([one]))).toBe('InvalidInitialization()')
  })
})
