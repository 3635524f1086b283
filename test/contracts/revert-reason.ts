import { BaseError, ContractFunctionRevertedError, decodeErrorResult, parseAbi } from 'viem'
import { granteesV2Abi } from './contract-chain.ts'
import { sdkAbis } from './sdk-abis.ts'

const errors = [
  ...sdkAbis.permissions,
  ...sdkAbis.servers,
  ...sdkAbis.grantees,
  ...sdkAbis.registry,
  ...granteesV2Abi,
  ...parseAbi([
    'error InvalidAmount()',
    'error LengthMismatch()',
    'error OwnableUnauthorizedAccount(address account)',
  ]),
].filter(({ type }) => type === 'error')

/**
 * Why a call reverts, as text: `InvalidNonce(0, 1)`, `Panic(50)`, or `no reason` for empty data. Errors that one contract
 * passes on from another are decoded too.
 *
 * @throws when the call does not revert
 */
export async function revertReason(call: Promise<unknown>): Promise<string> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof BaseError)) throw error
    const reverted = error.walk((cause) => cause instanceof ContractFunctionRevertedError)
    if (!(reverted instanceof ContractFunctionRevertedError)) throw error
    if (!reverted.raw || reverted.raw === '0x') return 'no reason'
    const { errorName, args = [] } = decodeErrorResult({ abi: errors, data: reverted.raw })
    return `${errorName}(${args.join(', ')})`
  }
  throw new Error('The call did not revert.')
}
