import pino from 'pino'
import { LoadTestError } from '../errors/load-test-error.ts'
import { LoadTestApiServer } from '../server/load-test-api-server.ts'
import { createHdWallets } from '../wallets/hd-wallets.ts'
import type { CommandIo } from './command-io.ts'
import { exitCodes } from './exit-code.ts'
import type { ServeOptions } from './serve.ts'

/** Starts the API server and stays until `io.signal` is aborted. */
export async function runServe(options: ServeOptions, io: CommandIo): Promise<{ exitCode: number }> {
  const { target, chain, secrets, host, port, json } = options
  const granteePrivateKey = secrets.granteePrivateKey
  if (granteePrivateKey === undefined) {
    throw new LoadTestError('CONFIG_INVALID', "The API server needs the app's key, and there is none.", {
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
    fees: {
      baseFeeMultiplier: chain.feeMultiplier,
      ...(chain.maxFeePerGasWei === undefined ? {} : { maxFeeGwei: Number(chain.maxFeePerGasWei) / 1e9 }),
    },
    logger: pino({ level: 'info' }, pino.destination(2)),
  })
  const { url } = await server.start()
  try {
    io.stdout.write(
      json ? `${JSON.stringify({ url })}\n` : `The API server is up at ${url}. Ctrl-C stops it.\n`,
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

/** Keys given, or the lanes of the mnemonic, or the public key of an embedded chain; none turns the relay off. */
function relayerKeys({ secrets, chain, target }: ServeOptions): readonly `0x${string}`[] {
  if (secrets.relayerPrivateKeys?.length) return secrets.relayerPrivateKeys
  if (secrets.mnemonic) {
    const { lane } = createHdWallets(secrets.mnemonic)
    return Array.from({ length: chain.relayerLanes }, (_, index) => lane(index).privateKey)
  }
  return target.accounts?.relayer ? [target.accounts.relayer] : []
}
