import { testbedParts } from '../config/testbed-part.ts'
import { granteeKey } from '../crypto/grantee-key.ts'
import { describeTestbed, type TestbedDocument } from './describe-testbed.ts'
import { appPrivateKey } from './development-keys.ts'
import { apiServerSettings, personalServerSettings } from './server-settings.ts'
import { createServiceAccount, type ServiceAccountFile } from './service-account-file.ts'
import { type OwnChain, startOwnChain } from './start-own-chain.ts'
import { startPartProcess } from './start-part-process.ts'
import { storageSettings, storageTarget } from './storage-part.ts'
import type { GivenChain, TestbedOptions } from './testbed-options.ts'
import { type StopOptions, TestbedParts } from './testbed-parts.ts'

/** A running embedded stack, or some of its parts. */
export type RunningTestbed = {
  document: TestbedDocument
  /** Settles when a part ends, whatever the reason, with its name and its last output. */
  partEnded: Promise<{ part: string; lastOutput: string }>
  /** Starts the faults. Before that, the fault proxies pass every request on. */
  startFaults(): void
  stop(options?: StopOptions): Promise<void>
}

/**
 * Starts the embedded stack on 127.0.0.1: a chain with contracts, object storage, a personal server and an API server, or
 * some of them. Each runs in its own process, so that the CPU time of one never becomes another's latency.
 *
 * @throws LoadTestError PORT_IN_USE, TESTBED_START_FAILED; CONFIG_INVALID and CHAIN_* codes for surroundings that do not
 * fit; the signal's reason when aborted. Nothing keeps running after an error.
 * @example
 * const testbed = await startTestbed({ ...defaultsOf(testbedParameters), grantees: 1, relayerLanes: 4 })
 * console.log(JSON.stringify(testbed.document))
 * await testbed.stop()
 */
export async function startTestbed(options: TestbedOptions): Promise<RunningTestbed> {
  const { only = testbedParts, faults, seed = '1', signal } = options
  const parts = new TestbedParts({ only, faults, seed, signal })
  const isSigned = options.storage === 'gcs' && options.storageUrls === 'signed'
  const account = parts.has('storage') && isSigned ? await createServiceAccount() : undefined
  const stop = async (how?: StopOptions): Promise<void> => {
    await Promise.all([parts.stop(how), account?.remove()])
  }
  try {
    const document = await startParts(parts, options, account)
    return {
      document,
      partEnded: parts.ended(),
      startFaults: () => parts.startFaults(),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Starts the parts in the order in which they need each other. */
async function startParts(
  parts: TestbedParts,
  options: TestbedOptions,
  account: ServiceAccountFile | undefined,
): Promise<TestbedDocument> {
  const { surroundings = {}, signal } = options
  const [ownStorage, ownChain] = allFulfilled(
    await Promise.allSettled([
      parts.start('storage', () => startPartProcess('storage', storageSettings(options, account), signal)),
      parts.start('chain', () => startOwnChain(options)),
    ]),
  )
  const chain = ownChain ? withDevelopmentKeys(ownChain) : surroundings.chain
  const storage = await parts.withFaults('storage', ownStorage)
  const ownRpc = await parts.withFaults('rpc', ownChain && { url: ownChain.rpcUrl })
  const ownPersonalServer = await parts.start('personalServer', () => {
    const settings = personalServerSettings(options, { chain, storageUrl: storage?.url })
    return startPartProcess('personalServer', settings, signal)
  })
  const personalServer = await parts.withFaults('personal-server', ownPersonalServer)
  const ownApiServer = await parts.start('apiServer', () => {
    // RPC faults hit the relayer as they hit users. The personal server reads the chain without them.
    const around = { chain, ownRpcUrl: ownRpc?.url, personalServerUrl: personalServer?.url }
    return startPartProcess('apiServer', apiServerSettings(options, around), signal)
  })
  const apiServer = await parts.withFaults('api-server', ownApiServer)
  return describeTestbed({
    parts: {
      storage,
      personalServer,
      apiServer,
      chain: ownChain && ownRpc && { ...ownChain, rpcUrl: ownRpc.url },
    },
    faults: options.faults,
    storage: storage && storageTarget(options, account, storage.url),
    serverProfile: options.serverProfile,
  })
}

function withDevelopmentKeys({ chainId, rpcUrl, relayerPrivateKeys, granteeIds }: OwnChain): GivenChain {
  return {
    id: chainId,
    rpcUrls: [rpcUrl],
    granteePrivateKey: appPrivateKey,
    relayerPrivateKeys,
    moreGrantees: granteeIds.slice(1).map((id, i) => ({ id, privateKey: granteeKey(appPrivateKey, i + 1) })),
  }
}

/** All values, or the first failure once every attempt has ended, so that the started parts can be stopped. */
function allFulfilled<A, B>([a, b]: [PromiseSettledResult<A>, PromiseSettledResult<B>]): [A, B] {
  if (a.status === 'rejected') throw a.reason
  if (b.status === 'rejected') throw b.reason
  return [a.value, b.value]
}
