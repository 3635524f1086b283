import { type AbiParameter, decodeAbiParameters, type Hex, toFunctionSelector } from 'viem'
import { formatAbiItem } from 'viem/utils'
import { revertAbi } from '../permissions/abi.ts'

/** Why a contract refused a call. */
export type Revert = {
  /** Name of the error, `Error` for a reason text, `Panic` for a Solidity panic; the selector itself if it is unknown, `empty` without data. */
  name: string
  /** Arguments in order, as JSON can hold them: integers as decimal strings. */
  args: (string | boolean)[]
  /** The error with its argument types, such as `InvalidNonce(uint256,uint256)`; `null` if the selector is unknown. */
  signature: string | null
  /** The data as the node gave it. */
  data: Hex
}

type KnownError = { name: string; signature: string; inputs: readonly AbiParameter[] }

const knownErrors = new Map<string, KnownError>(
  revertAbi.map((item) => {
    const signature = formatAbiItem(item)
    return [toFunctionSelector(signature), { name: item.name, signature, inputs: item.inputs }]
  }),
)

/**
 * Decodes the revert data of any contract of the workflow: Permissions, Servers, Grantees, Registry, OpenZeppelin's
 * bases and Solidity's own. The SDK's decoder knows only Permissions' errors.
 *
 * Never throws: an unknown selector is kept as the name, and data cut short keeps the name without arguments.
 *
 * @example decodeRevert('0xb5b6936d').name // 'EmptyGrant'
 */
export function decodeRevert(data: Hex): Revert {
  if (data.length < 10) return { name: 'empty', args: [], signature: null, data }
  const selector = data.slice(0, 10).toLowerCase()
  const known = knownErrors.get(selector)
  if (known === undefined) return { name: selector, args: [], signature: null, data }
  const { name, signature, inputs } = known
  try {
    const values = inputs.length === 0 ? [] : decodeAbiParameters(inputs, `0x${data.slice(10)}`)
    return { name, signature, args: values.map(toJsonValue), data }
  } catch {
    return { name, signature, args: [], data }
  }
}

/** The name of a revert whose reason is that the gas was used up; no chain reports this, it has to be found out. */
export const outOfGas = 'OutOfGas'

/**
 * Says a revert in one line for people.
 *
 * @example describeRevert(revert) // 'InvalidNonce(3, 2)'
 */
export function describeRevert(revert: Revert): string {
  if (revert.name === 'Error') return String(revert.args[0] ?? 'reverted')
  if (revert.name === 'empty') return 'reverted without a reason'
  if (revert.name === outOfGas) return 'out of gas'
  if (revert.signature === null) return `unknown error ${revert.name}`
  return `${revert.name}(${revert.args.join(', ')})`
}

const toJsonValue = (value: unknown): string | boolean => (typeof value === 'boolean' ? value : String(value))
