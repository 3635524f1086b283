import type { FaultPlace } from '../config/fault.ts'
import { startFaultsMessage } from '../config/held-faults.ts'
import { deployedContracts } from '../config/moksha.ts'
import { type TestbedPart, testbedParts } from '../config/testbed-part.ts'
import { granteeKey } from '../crypto/grantee-key.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { describeTestbed, type TestbedDocument } from './describe-testbed.ts'
import { appPrivateKey, serverMnemonic } from './development-keys.ts'
import { standInFront } from './faults/stand-in-front.ts'
import { createServiceAccount, type ServiceAccountFile } from './service-account-file.ts'
import { type OwnChain, startOwnChain } from './start-own-chain.ts'
import { type PartProcess, startPartProcess } from './start-part-process.ts'
import { storageReaders, storageSettings, storageTarget } from './storage-part.ts'
import type { GivenChain, TestbedOptions } from './testbed-options.ts'

/** An embedded stack that is up, or a part of one. */
export type RunningTestbed = {
  document: TestbedDocument
  /** Settles when a part ends, whether asked to or not, with its name and its last output. */
  partEnded: Promise<{ part: string; lastOutput: string }>
  /** Starts the faults; until then, everything is passed on. */
  startFaults(): void
  /** @param options.now kills the parts, for when one is gone and what is under way can't end well */
  stop(options?: { now?: boolean }): Promise<void>
}

/**
 * Starts the embedded stack on 127.0.0.1: chain with contracts, object storage, personal server and API server, or those
 * of them that are asked for. Each has a process of its own, so that the CPU time of one is never another's latency.
 *
 * @throws LoadTestError PORT_IN_USE, TESTBED_START_FAILED; CONFIG_INVALID and CHAIN_* codes for surroundings that don't
 * fit; the signal's reason when aborted. Nothing is left running.
 * @example
 * const testbed = await startTestbed({ only: ['chain', 'storage'], blockTimeMs: 1000 })
 * console.log(JSON.stringify(testbed.document))
 * await testbed.stop()
 */
export async function startTestbed(options: TestbedOptions = {}): Promise<RunningTestbed> {
  const { surroundings = {}, signal, ports = {}, seed = '1' } = options
  const { serverProfile = 'main-2025-09-05', serverConcurrency = 'serial' } = options
  const wanted = new Set<TestbedPart>(options.only ?? testbedParts)
  const running: Part[] = []
  const faultProxies: PartProcess[] = []
  const isSigned = (options.storage ?? 'gcs') === 'gcs' && options.storageUrls === 'signed'
  const account = wanted.has('storage') && isSigned ? await createServiceAccount() : undefined
  /** Starts a part if it is wanted. */
  const start = async <P extends Omit<Part, 'name'>>(
    name: TestbedPart,
    starter: () => Promise<P>,
  ): Promise<P | undefined> => {
    if (!wanted.has(name)) return undefined
    const part = await starter()
    running.push({ name, exited: part.exited, lastOutput: part.lastOutput, stop: part.stop })
    return part
  }
  /** The way to a part: through the faults in front of it, if there are any. */
  const wayTo = async <P extends { url: string }>(
    place: FaultPlace,
    part: P | undefined,
  ): Promise<P | undefined> => {
    if (part === undefined) return undefined
    const proxy = await standInFront(place, part.url, options, signal)
    if (proxy === undefined) return part
    running.push({ ...proxy, name: `fault proxy of ${place}` })
    faultProxies.push(proxy)
    return { ...part, url: proxy.url }
  }
  try {
    const settled = await Promise.allSettled([
      start('storage', () => startPartProcess('storage', storageSettings(options, account), signal)),
      start('chain', () => startOwnChain(options)),
    ])
    const [ownStorage, ownChain] = allFulfilled(settled)
    const chain = ownChain ? withDevelopmentKeys(ownChain) : surroundings.chain
    const storage = await wayTo('storage', ownStorage)
    const ownRpc = await wayTo('rpc', ownChain && { url: ownChain.rpcUrl })
    const ownPersonalServer = await start('personalServer', () => {
      const { id, rpcUrls } = needed(chain, 'The personal server', 'a chain')
      return startPartProcess(
        'personalServer',
        {
          port: ports.personalServer ?? 0,
          rpcUrl: needed(rpcUrls[0], 'The personal server', 'an RPC endpoint'),
          chainId: id,
          mnemonic: options.serverMnemonic ?? serverMnemonic,
          profile: serverProfile,
          concurrency: serverConcurrency,
          rateLimits: options.serverRateLimits ?? false,
          ...storageReaders(options, storage?.url),
          model: { seed, medianMs: options.inferenceMedianMs ?? 800, ...options.inference },
        },
        signal,
      )
    })
    const personalServer = await wayTo('personal-server', ownPersonalServer)
    const ownApiServer = await start('apiServer', () => {
      const { id, rpcUrls, granteePrivateKey, relayerPrivateKeys, granteeId, moreGrantees } = needed(
        chain,
        'The API server',
        'a chain',
      )
      const personalServerUrl = personalServer?.url ?? surroundings.personalServerUrl
      return startPartProcess(
        'apiServer',
        {
          port: ports.apiServer ?? 0,
          // The relayer is a user of the chain as others are; the personal server has an RPC endpoint of its own.
          rpcUrls: ownRpc ? [ownRpc.url] : rpcUrls,
          chainId: id,
          contracts: { permissions: deployedContracts.permissions },
          personalServerUrl: needed(personalServerUrl, 'The API server', 'a personal server'),
          relayerPrivateKeys: relayerPrivateKeys ?? [],
          granteePrivateKey: needed(granteePrivateKey, 'The API server', "the app's key"),
          granteeId,
          moreGrantees: moreGrantees ?? [],
          maxSpendWei: options.maxSpendWei === undefined ? undefined : String(options.maxSpendWei),
        },
        signal,
      )
    })
    const apiServer = await wayTo('api-server', ownApiServer)
    return {
      document: describeTestbed({
        parts: {
          ...{ storage, personalServer, apiServer },
          chain: ownChain && ownRpc && { ...ownChain, rpcUrl: ownRpc.url },
        },
        faults: options.faults ?? [],
        storage: storage && storageTarget(options, account, storage.url),
        serverProfile,
      }),
      partEnded: Promise.race(
        running.map(async ({ name, exited, lastOutput }) => {
          await exited
          return { part: name, lastOutput: lastOutput() }
        }),
      ),
      startFaults() {
        for (const proxy of faultProxies) proxy.send(startFaultsMessage)
      },
      stop: (options) => stopAll(running, account, options),
    }
  } catch (error) {
    await stopAll(running, account)
    throw error
  }
}

type Part = {
  name: string
  exited: Promise<unknown>
  lastOutput(): string
  stop(options?: { now?: boolean }): Promise<unknown>
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

function needed<T>(value: T | undefined, who: string, what: string): T {
  if (value !== undefined) return value
  throw new LoadTestError('CONFIG_INVALID', `${who} needs ${what}, and there is none.`)
}

async function stopAll(
  parts: readonly Part[],
  account: ServiceAccountFile | undefined,
  options?: { now?: boolean },
): Promise<void> {
  await Promise.all([...parts.map((part) => part.stop(options)), account?.remove()])
}

/** All values, or the first failure once every attempt has ended, so that what did start can be stopped. */
function allFulfilled<A, B>([a, b]: [PromiseSettledResult<A>, PromiseSettledResult<B>]): [A, B] {
  if (a.status === 'rejected') throw a.reason
  if (b.status === 'rejected') throw b.reason
  return [a.value, b.value]
}
