import { isDevelopmentChain } from '../../config/development-chain.ts'
import { heldFaultsVariable, startFaultsMessage } from '../../config/held-faults.ts'
import { mainnetChainId } from '../../config/moksha.ts'
import { describeStorage } from '../../config/storage-target.ts'
import { type TestbedPart, testbedParts } from '../../config/testbed-part.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { devAccounts } from '../../testbed/chain/dev-accounts.ts'
import type { TestbedDocument } from '../../testbed/describe-testbed.ts'
import { appPrivateKey } from '../../testbed/development-keys.ts'
import { type RunningTestbed, startTestbed } from '../../testbed/start-testbed.ts'
import type { GivenChain } from '../../testbed/testbed-options.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { exitCodes } from '../cli/exit-code.ts'
import { partsOf } from './part-problems.ts'
import type { TestbedCommandOptions } from './testbed-options.ts'

/**
 * Starts the embedded stack, or parts of it, says where they are, and stays until `io.signal` is aborted or a part ends.
 *
 * @throws LoadTestError PORT_IN_USE, TESTBED_START_FAILED, TESTBED_DIED, CONFIG_INVALID, CHAIN_*; MAINNET_REFUSED
 */
export async function runTestbed(
  options: TestbedCommandOptions,
  io: CommandIo,
): Promise<{ exitCode: number }> {
  const { command, surroundings, testbed: behaviour } = options
  const parts = partsOf(command.only)
  const chain = parts.includes('chain') ? undefined : givenChain(options)
  if (chain?.id === mainnetChainId && parts.includes('apiServer')) {
    throw new LoadTestError('MAINNET_REFUSED', 'The API server of a testbed does not relay on mainnet.', {
      hint: 'Chain 1480 moves real money: `vana-load serve --allow-mainnet` relays there, if you mean it.',
    })
  }
  const testbed = await startTestbed({
    ...behaviour,
    grantees: command.grantees,
    maxSpendWei: command.maxSpendWei,
    relayerLanes: options.chain.relayerLanes,
    only: parts,
    ports: portsOf(options, parts),
    surroundings: {
      chain,
      personalServerUrl: surroundings.personalServerUrl?.replace(/\/+$/, ''),
      ipfsGateways: surroundings.ipfsGateways,
      driveUrl: surroundings.driveUrl,
    },
    serverMnemonic: surroundings.serverMnemonic,
    signal: io.signal,
  })
  try {
    if (command.json) io.printForProgram(toJson(testbed.document))
    else io.stdout.write(describe(testbed.document))
    startFaultsInTime(testbed, io)
    const ended = await Promise.race([testbed.partEnded, aborted(io.signal)])
    if (ended) {
      await testbed.stop({ now: true })
      throw new LoadTestError(
        'TESTBED_DIED',
        `The testbed's ${ended.part} ended unexpectedly.${ended.lastOutput && ` Its last output: ${ended.lastOutput}`}`,
      )
    }
    return { exitCode: exitCodes.ok }
  } finally {
    await testbed.stop()
  }
}

/** At once, or when the run that started this process and holds them back sends for them. */
function startFaultsInTime({ startFaults }: RunningTestbed, { env }: CommandIo): void {
  if (env[heldFaultsVariable] === undefined || process.channel === undefined) {
    startFaults()
    return
  }
  process.on('message', (message) => {
    if (message === startFaultsMessage) startFaults()
  })
  // It ends with its parts or by a signal, whether or not anybody still sends for faults.
  process.channel.unref()
}

function portsOf({ command }: TestbedCommandOptions, parts: readonly TestbedPart[]) {
  const { chainPort, storagePort, personalServerPort, apiServerPort, port } = command
  const ports = {
    chain: chainPort,
    storage: storagePort,
    personalServer: personalServerPort,
    apiServer: apiServerPort,
  }
  const [part, ...others] = parts
  return port !== undefined && part !== undefined && others.length === 0 ? { ...ports, [part]: port } : ports
}

/** The chain of the surroundings; the public development keys stand in for keys that are not given only where it is theirs. */
function givenChain({ surroundings, keys }: TestbedCommandOptions): GivenChain | undefined {
  const { rpcUrl: rpcUrls, chainId: id } = surroundings
  if (rpcUrls === undefined) return undefined
  const isDevelopment = isDevelopmentChain({ id, rpcUrls })
  return {
    id,
    rpcUrls,
    granteePrivateKey: keys.granteePrivateKey ?? (isDevelopment ? appPrivateKey : undefined),
    relayerPrivateKeys: keys.relayerPrivateKeys ?? (isDevelopment ? [devAccounts.relayer.privateKey] : []),
    granteeId: keys.granteeId,
  }
}

/** A part alone also says its URL where any other program of one service would: at the top. */
function toJson(document: TestbedDocument): string {
  const urls = urlsOf(document)
  const [url, ...others] = testbedParts.flatMap((part) => urls[part] ?? [])
  const alone = url !== undefined && others.length === 0 ? { url } : {}
  return `${JSON.stringify({ ...alone, ...document })}\n`
}

function urlsOf({ chain, storage, personalServer, apiServer }: TestbedDocument) {
  return {
    chain: chain?.rpcUrls[0],
    storage: storage?.apiEndpoint,
    personalServer: personalServer?.url,
    apiServer: apiServer?.url,
  } satisfies Record<TestbedPart, string | undefined>
}

function describe(document: TestbedDocument): string {
  const { chain, storage, personalServer, apiServer, grantee } = document
  const isWhole = chain && storage && personalServer && apiServer
  return [
    isWhole ? 'The embedded stack is running. Press Ctrl-C to stop it.' : 'Running. Press Ctrl-C to stop it.',
    '',
    ...(chain ? [`  chain            ${chain.rpcUrls[0]}  (chain id ${chain.id})`] : []),
    ...(storage ? [`  object storage   ${storage.apiEndpoint}  (${describeStorage(storage)})`] : []),
    ...(personalServer ? [`  personal server  ${personalServer.url}  (${personalServer.profile})`] : []),
    ...(apiServer ? [`  API server       ${apiServer.url}`] : []),
    ...(document.faults?.length ? [`  faults           ${document.faults.join(', ')}`] : []),
    ...(grantee ? [`  grantee          ${grantee.id}  ${grantee.address}`] : []),
    '',
    isWhole
      ? 'For a target document: vana-load testbed --json > target.json, then vana-load run --target target.json'
      : 'With --json it prints these as pieces of a target document.',
    '',
  ].join('\n')
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    else signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}
