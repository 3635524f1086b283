import type { Address, Hex } from 'viem'
import type { ServerFilesAndPermission } from '../chain/permissions/add-server-files-and-permissions.ts'
import { estimateGas, readCall, withMargin } from '../chain/rpc/chain-reads.ts'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import { revertOf } from '../chain/rpc/rpc-error.ts'
import { ApiError } from './api-error.ts'

/** Settings of {@link createRelayGas}. */
export type RelayGasOptions = {
  rpc: RpcPool
  /** The Permissions contract. */
  permissions: Address
  /** Added to the estimate, as a share of it. */
  gasMargin: number
  /** The most gas that is paid for in one transaction. */
  maxGas: bigint
}

/** Simulates a call from a lane's address, and gives the gas limit to send it with. @throws ApiError, LoadTestError */
export type RelayGas = (from: Address, data: Hex, message: ServerFilesAndPermission) => Promise<bigint>

/** Shapes of calls whose gas is kept in mind. */
const remembered = 1000

/**
 * Makes the simulation of relayed calls, which also gives their gas limit.
 *
 * Calls of one shape, that is with as many files, as many permissions and as much data, need nearly the same gas. The first of a shape is
 * estimated; a node executes it over and over for that (anvil for 5 ms of its CPU, as much as a block needs for it). Later
 * ones are executed once, with the limit that they would be sent with (0.4 ms). Only one that fails so is estimated again:
 * either it needs more gas, or the estimate says why the contract refuses it.
 *
 * @example const gas = await relayGas(lane.address, data, message)
 */
export function createRelayGas({ rpc, permissions, gasMargin, maxGas }: RelayGasOptions): RelayGas {
  const limits = new Map<string, bigint>()

  async function estimate(from: Address, data: Hex, message: ServerFilesAndPermission): Promise<bigint> {
    try {
      return await estimateGas(rpc, { from, to: permissions, data }, { stickyKey: from })
    } catch (error) {
      const revert = revertOf(error)
      if (revert?.name !== 'InvalidNonce') throw error
      throw new ApiError(
        'NONCE_MISMATCH',
        `The user's nonce is ${revert.args[0]}, the request was signed for ${message.nonce}.`,
        { cause: error, details: { revert } },
      )
    }
  }

  async function suffices(from: Address, data: Hex, gas: bigint): Promise<boolean> {
    try {
      await readCall(rpc, { from, to: permissions, data, gas }, { stickyKey: from })
      return true
    } catch {
      return false
    }
  }

  return async (from, data, message) => {
    const { fileUrls, filePermissions } = message
    const shape = [fileUrls.length, filePermissions.flat().length, data.length].join(' ')
    const known = limits.get(shape)
    if (known !== undefined && (await suffices(from, data, known))) return known
    const gas = withMargin(await estimate(from, data, message), gasMargin)
    if (gas > maxGas) {
      throw new ApiError('GAS_TOO_HIGH', `The transaction needs ${gas} gas; at most ${maxGas} is paid for.`)
    }
    // One that needed less than others of its shape takes no gas away from them.
    if (known === undefined || gas > known) limits.set(shape, gas)
    for (const oldest of limits.keys()) {
      if (limits.size <= remembered) break
      limits.delete(oldest)
    }
    return gas
  }
}
