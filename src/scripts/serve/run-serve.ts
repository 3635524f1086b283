import pino from 'pino'
import type { Hex } from 'viem'
import type { TargetPlan } from '../../config/target.ts'
import { granteeKey } from '../../crypto/grantee-key.ts'
import { toNativeAccount } from '../../crypto/native-account.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { isOfPart } from '../../load/split.ts'
import { LoadTestApiServer } from '../../server/load-test-api-server.ts'
import { indexesOf } from '../../wallets/index-range.ts'
import { developmentRelayers, findRelayerLanes } from '../../wallets/relayer-lanes.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { exitCodes } from '../cli/exit-code.ts'
import type { ServeOptions } from './serve-options.ts'

/** Starts the API server and stays until `io.signal` is aborted. */
export async function runServe(options: ServeOptions, io: CommandIo): Promise<{ exitCode: number }> {
  const { target, chain, secrets, host, port, json } = options
  const granteePrivateKey = secrets.granteePrivateKey
  if (granteePrivateKey === undefined) {
    throw new LoadTestError('CONFIG_INVALID', 'The API server requires the key of the app.', {
      hint: 'Set VANA_LOAD_GRANTEE_PRIVATE_KEY.',
    })
  }
  const server = new LoadTestApiServer({
    host,
    port,
    token: secrets.apiServerToken,
    rpcUrls: target.chain.rpcUrls,
    chainId: target.chain.id,
    contracts: { permissions: target.chain.contracts.permissions },
    personalServerUrl: target.personalServer.url,
    relayerPrivateKeys: relayerKeys(options),
    granteePrivateKey,
    granteeId: BigInt(target.grantee.id),
    moreGrantees: moreGrantees(target, granteePrivateKey),
    fees: {
      baseFeeMultiplier: chain.feeMultiplier,
      maxFeePerGasWei: chain.maxFeePerGasWei,
    },
    maxSpendWei: options.maxSpendWei,
    gasMargin: chain.gasLimitMargin,
    blockPollIntervalMs: chain.pollIntervalMs,
    rpcTimeoutMs: chain.rpcTimeoutMs,
    rpcRatePerSecond: chain.rpcRatePerSecond,
    logger: pino({ level: 'info' }, io.stderr),
  })
  const { url } = await server.start()
  try {
    io.stdout.write(
      json
        ? `${JSON.stringify({ url })}\n`
        : `The API server is running at ${url}. Press Ctrl-C to stop it.\n`,
    )
    await new Promise<void>((resolve) => {
      if (io.signal.aborted) resolve()
      io.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    return { exitCode: exitCodes.ok }
  } finally {
    await server.stop()
  }
}

/** @throws LoadTestError CONFIG_INVALID when a grantee's address is not that of the key which it should have */
function moreGrantees(target: TargetPlan, appKey: Hex) {
  return (target.moreGrantees ?? []).map(({ id, address }, i) => {
    const privateKey = granteeKey(appKey, i + 1)
    const own = toNativeAccount(privateKey).address
    if (own.toLowerCase() === address.toLowerCase()) return { id: BigInt(id), privateKey }
    throw new LoadTestError(
      'CONFIG_INVALID',
      `Grantee ${id} is ${address}; the key derived from the app's belongs to ${own}.`,
      { hint: `Register ${own} as a grantee, and use its id.` },
    )
  })
}

/** The part's share of the relayer's keys, or its own lanes of the mnemonic; none turns the relay off. */
function relayerKeys({ secrets, chain, target, part }: ServeOptions): readonly Hex[] {
  const lanes = findRelayerLanes({ ...secrets, development: developmentRelayers(target.accounts) })
  if (lanes === undefined) return []
  const numbers = [...indexesOf({ from: 0, count: lanes.count ?? chain.relayerLanes * part.count })]
  // The public keys of an embedded chain are everybody's.
  const own = numbers.filter((number) => lanes.source === 'development' || isOfPart(number, part))
  if (own.length > 0) return own.map((number) => lanes.lane(number).privateKey)
  throw new LoadTestError(
    'CONFIG_INVALID',
    `${numbers.length} relayer keys over ${part.count} parts leaves part ${part.index + 1} with none.`,
    {
      hint: 'Give at least as many relayer keys as parts: servers that share a key conflict over its nonces.',
    },
  )
}
