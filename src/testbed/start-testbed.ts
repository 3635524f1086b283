import type { Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { DependencyName, Target } from '../config/target.ts'
import { registerGrantee } from './chain/register-grantee.ts'
import { startChain } from './chain/start-chain.ts'
import { createServiceAccount, type ServiceAccountFile } from './service-account-file.ts'
import { startPartProcess } from './start-part-process.ts'
import type { TestbedOptions } from './testbed-options.ts'

/** An embedded stack that is up. */
export type RunningTestbed = {
  target: Target
  /** Settles when a part ends, whether asked to or not, with its name and its last output. */
  partEnded: Promise<{ part: string; lastOutput: string }>
  /** @param options.now kills the parts, for when one is gone and what is under way can't end well */
  stop(options?: { now?: boolean }): Promise<void>
}

/** The app that users grant access to: anvil's fifth public development key. */
const appPrivateKey: Hex = '0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a'
/** The personal server's wallet: anvil's public development mnemonic. */
const serverMnemonic = 'test test test test test test test test test test test junk'

/**
 * Starts the whole embedded stack on 127.0.0.1: chain with contracts, object storage, personal server and API server,
 * each in a process of its own, so that the CPU time of one is never another's latency.
 *
 * @throws LoadTestError PORT_IN_USE, TESTBED_START_FAILED; the signal's reason when aborted. Nothing is left running.
 * @example
 * const testbed = await startTestbed({ blockTimeMs: 1000 })
 * console.log(JSON.stringify(testbed.target))
 * await testbed.stop()
 */
export async function startTestbed(options: TestbedOptions = {}): Promise<RunningTestbed> {
  const { signal, ports = {}, bucket = 'vana-load', storageUrls = 'public', seed = '1' } = options
  const { serverProfile = 'main-2025-09-05', serverConcurrency = 'serial' } = options
  const running: Part[] = []
  const account = storageUrls === 'signed' ? await createServiceAccount() : undefined
  const started = async <P extends Omit<Part, 'name'>>(
    name: DependencyName,
    starting: Promise<P>,
  ): Promise<P> => {
    const part = await starting
    running.push({ name, exited: part.exited, lastOutput: part.lastOutput, stop: part.stop })
    return part
  }
  try {
    const settled = await Promise.allSettled([
      started(
        'storage',
        startPartProcess(
          'storage',
          {
            port: ports.storage ?? 0,
            bucket,
            public: storageUrls === 'public',
            serviceAccounts: account ? [account.public] : [],
          },
          signal,
        ),
      ),
      started(
        'chain',
        startChain({
          port: ports.chain ?? 0,
          blockTime: (options.blockTimeMs ?? 1000) / 1000,
          blockGasLimit: BigInt(options.blockGasLimit ?? 30_000_000),
          reference: options.contracts ?? '2025-09',
          ...(options.forkUrl === undefined ? {} : { forkUrl: options.forkUrl }),
          ...(signal ? { signal } : {}),
        }),
      ).then(async (chain) => ({
        chain,
        granteeId: await registerGrantee(chain.client, appIdentity()),
      })),
    ])
    const [storage, { chain, granteeId }] = allFulfilled(settled)
    const personalServer = await started(
      'personalServer',
      startPartProcess(
        'personalServer',
        {
          port: ports.personalServer ?? 0,
          rpcUrl: chain.rpcUrl,
          chainId: chain.chainId,
          mnemonic: serverMnemonic,
          profile: serverProfile,
          concurrency: serverConcurrency,
          rateLimits: options.serverRateLimits ?? false,
          model: { seed, medianMs: options.inferenceMedianMs ?? 800 },
        },
        signal,
      ),
    )
    const apiServer = await started(
      'apiServer',
      startPartProcess(
        'apiServer',
        {
          port: ports.apiServer ?? 0,
          rpcUrls: [chain.rpcUrl],
          chainId: chain.chainId,
          contracts: { permissions: chain.contracts.permissions },
          personalServerUrl: personalServer.url,
          relayerPrivateKeys: [chain.accounts.relayer.privateKey],
          granteePrivateKey: appPrivateKey,
        },
        signal,
      ),
    )
    const { owner, funder, relayer } = chain.accounts
    return {
      target: {
        name: 'local',
        chain: { id: chain.chainId, rpcUrls: [chain.rpcUrl], contracts: chain.contracts },
        storage: {
          provider: 'gcs',
          apiEndpoint: storage.url,
          bucket,
          urls: storageUrls,
          ...(account ? { keyFile: account.path } : {}),
        },
        personalServer: { url: personalServer.url, profile: serverProfile },
        apiServer: { url: apiServer.url },
        grantee: { id: Number(granteeId), address: appIdentity().address },
        accounts: { owner: owner.privateKey, funder: funder.privateKey, relayer: relayer.privateKey },
        embedded: ['chain', 'storage', 'personalServer', 'apiServer', 'model'],
        metricsUrls: {
          storage: storage.metricsUrl,
          personalServer: personalServer.metricsUrl,
          apiServer: apiServer.metricsUrl,
        },
        pids: {
          chain: chain.pid,
          storage: storage.pid,
          personalServer: personalServer.pid,
          apiServer: apiServer.pid,
        },
      },
      partEnded: Promise.race(
        running.map(async ({ name, exited, lastOutput }) => {
          await exited
          return { part: name, lastOutput: lastOutput() }
        }),
      ),
      stop: (options) => stopAll(running, account, options),
    }
  } catch (error) {
    await stopAll(running, account)
    throw error
  }
}

type Part = {
  name: DependencyName
  exited: Promise<unknown>
  lastOutput(): string
  stop(options?: { now?: boolean }): Promise<unknown>
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

function appIdentity() {
  const { address, publicKey } = privateKeyToAccount(appPrivateKey)
  return { address, publicKey }
}
