/**
 * `vana-load/testbed`: the embedded stack, for the tests of any program that works with Vana.
 *
 * @module
 */
import type { Hex } from 'viem'
import { defaultsOf } from '../config/defaults-of.ts'
import { chainParameters, testbedParameters } from '../config/parameters/chain.ts'
import { testbedCommandParameters } from '../config/parameters/commands.ts'
import { type Target, targetSchema } from '../config/target.ts'
import { granteeKey } from '../crypto/grantee-key.ts'
import { devAccounts } from '../testbed/chain/dev-accounts.ts'
import { appPrivateKey } from '../testbed/development-keys.ts'
import { startTestbed as startParts } from '../testbed/start-testbed.ts'

export type { ErrorCode } from '../errors/catalog.ts'
export { LoadTestError } from '../errors/load-test-error.ts'
export type { Target }

/** Options of {@link startTestbed}. */
export type TestbedOptions = {
  /** Time between two blocks, in milliseconds, at least 100. @default 1000 */
  blockTimeMs?: number | undefined
  /** Gas that fits into one block. @default 30_000_000, some 18 first flows */
  blockGasLimit?: number | undefined
  /** RPC endpoint of a chain whose state and contracts are continued. @default none: a new chain */
  forkUrl?: string | undefined
  /** Version of the contracts that the embedded ones resemble. @default '2025-09' */
  contracts?: '2025-09' | '2026-04' | undefined
  /** Service that the embedded storage resembles. @default 'gcs' */
  storage?: 'gcs' | 'pinata' | 'google-drive' | undefined
  /** Whether anyone may read the bucket of `'gcs'`, or only holders of a signed URL. @default 'public' */
  storageUrls?: 'public' | 'signed' | undefined
  /** Whether the JSON API of `'gcs'` asks for an access token, as a real bucket does. @default 'none' */
  storageAuth?: 'none' | 'token' | undefined
  /** Version of the personal server that the embedded one resembles. @default 'main-2025-09-05' */
  serverProfile?: 'main-2025-09-05' | 'head-2025-10-17' | undefined
  /** Whether the personal server answers one request at a time, as a single original instance. @default 'parallel' */
  serverConcurrency?: 'serial' | 'parallel' | undefined
  /** Median time that the stand-in for the language model takes, in milliseconds. @default 800 */
  inferenceMedianMs?: number | undefined
  /** Number of apps that users may grant access to. @default 1 */
  grantees?: number | undefined
  /** Faults in front of parts, as `--fault` has them: `'rpc:send-error=10%'`. They start at once. @default none */
  faults?: readonly string[] | undefined
  /** Fixes the model's latencies and which requests faults hit. @default '1' */
  seed?: string | undefined
  /** Ports on 127.0.0.1. @default free ones */
  ports?:
    | {
        chain?: number | undefined
        storage?: number | undefined
        personalServer?: number | undefined
        apiServer?: number | undefined
      }
    | undefined
  /** Stops the start. @default it goes to its end, or fails within a minute */
  signal?: AbortSignal | undefined
}

/** An account of the embedded chain. Its key is public knowledge: use it nowhere else. */
export type DevelopmentAccount = { address: Hex; privateKey: Hex }

/** An embedded stack that is up. */
export type Testbed = AsyncDisposable & {
  /** The document that every command and function of vana-load takes as `target`; plain data. */
  target: Target
  /** Where the parts are. */
  urls: {
    /** JSON-RPC endpoint of the chain. */
    chain: string
    /** API endpoint of the object storage. */
    storage: string
    /** Personal server; ends in `/api/v1`. */
    personalServer: string
    /** API server: relay, and inference on behalf of the app. */
    apiServer: string
  }
  /** Rich accounts of the chain, from anvil's public development mnemonic. */
  accounts: {
    /** Owns the contracts. */
    owner: DevelopmentAccount
    /** Pays users. */
    funder: DevelopmentAccount
    /** Sends what the API server relays: a transaction of your own with this key disturbs it. */
    relayer: DevelopmentAccount
  }
  /** The app that users grant access to, as registered on the chain. */
  app: DevelopmentAccount & { granteeId: number }
  /** Resolves when a part has ended, also by `stop`: its name, and its last output. */
  partEnded: Promise<{ part: string; lastOutput: string }>
  /** Stops every part. May be called more than once. */
  stop(): Promise<void>
}

/**
 * Starts the embedded stack on 127.0.0.1: chain with contracts, object storage, personal server and API server. Each part has a
 * process of its own, which ends with `stop` or with this process. Several stacks run beside each other.
 *
 * @throws LoadTestError `PORT_IN_USE`, `TESTBED_START_FAILED`, `CHAIN_*` for a fork; the signal's reason when aborted. Nothing is
 * left running then.
 * @example
 * const testbed = await startTestbed({ blockTimeMs: 200 })
 * console.log(testbed.urls.chain, testbed.accounts.funder.privateKey)
 * await testbed.stop()
 */
export async function startTestbed(options: TestbedOptions = {}): Promise<Testbed> {
  const { faults = [], ...given } = withoutUndefined(options)
  const running = await startParts({
    ...defaultsOf(testbedParameters),
    relayerLanes: defaultsOf(chainParameters).relayerLanes,
    grantees: defaultsOf(testbedCommandParameters).grantees,
    ...given,
    faults: [...faults],
  })
  running.startFaults()
  const target = targetSchema.parse(running.document)
  const { owner, funder, relayer } = devAccounts
  const stop = (): Promise<void> => running.stop()
  return {
    target,
    urls: {
      chain: target.chain.rpcUrls[0] ?? '',
      storage: target.storage.apiEndpoint ?? '',
      personalServer: target.personalServer.url,
      apiServer: target.apiServer.url,
    },
    accounts: { owner: { ...owner }, funder: { ...funder }, relayer: { ...relayer } },
    app: {
      address: target.grantee.address,
      privateKey: granteeKey(appPrivateKey, 0),
      granteeId: target.grantee.id,
    },
    partEnded: running.partEnded,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

type Present<T> = { [Key in keyof T]: Exclude<T[Key], undefined> }

/** Leaves out what is not set, so that defaults hold. */
function withoutUndefined<T extends object>(options: T): Present<T> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Present<T>
}
