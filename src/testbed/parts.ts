import type { Hex } from 'viem'
import type { ModelBehaviour } from '../config/kinds/model-behaviour.ts'
import type { ServerRateLimits } from '../config/kinds/server-rate-limits.ts'
import type { FaultProxySettings } from './faults/start-fault-proxy.ts'
import type { RefreshGrant } from './google-drive/tokens.ts'
import type { StorageReaders } from './storage-part.ts'

/** What each part needs to start; plain data, so that it can go to another process. */
export type PartSettings = {
  storage:
    | {
        provider: 'gcs'
        port: number
        bucket: string
        /** Whether anybody may read; otherwise signed URLs are needed. */
        public: boolean
        /** Whose signed URLs are accepted; `key` is the public one, in PEM. */
        serviceAccounts: { clientEmail: string; key: string }[]
        /** Which access tokens are accepted; absent where none is asked for. */
        accessTokens: readonly string[] | undefined
      }
    | { provider: 'pinata'; port: number; jwt: string; requestsPerMinute: number | undefined }
    | {
        provider: 'google-drive'
        port: number
        folder: { id: string; name: string }
        refreshGrant: RefreshGrant
        requestsPerMinute: number | undefined
      }
  personalServer: {
    port: number
    rpcUrl: string
    chainId: number
    mnemonic: string
    profile: 'main-2025-09-05' | 'head-2025-10-17'
    concurrency: 'serial' | 'parallel'
    rateLimits: ServerRateLimits | false
    model: { seed: string; medianMs: number } & ModelBehaviour
  } & StorageReaders
  apiServer: {
    port: number
    rpcUrls: readonly string[]
    chainId: number
    contracts: { permissions: Hex }
    personalServerUrl: string
    relayerPrivateKeys: readonly Hex[]
    granteePrivateKey: Hex
    /** The only grantee that permissions are relayed for; absent for any. */
    granteeId: number | undefined
    /** More apps that it asks in the name of. */
    moreGrantees: readonly { id: number; privateKey: Hex }[]
    /** The most that it may spend, in wei as a decimal string; absent for any amount. */
    maxSpendWei?: string | undefined
  }
  faults: FaultProxySettings
}

/** A part of the testbed that runs in a process of its own. */
export type PartName = keyof PartSettings

/** A part that is up. */
export type RunningPart = {
  url: string
  /** The part's own counters, as plain data. */
  stats(): unknown
  /** Starts the faults that were held back; only a fault proxy has any. */
  startFaults?(): void
  stop(): Promise<void>
}

/** Starts parts in this process, which loads the code of no other part: each would take half a second and 20 MB. */
export const partStarters: { [Name in PartName]: (settings: PartSettings[Name]) => Promise<RunningPart> } = {
  async storage(settings) {
    if (settings.provider === 'gcs') {
      const { startStorageEmulator } = await import('./storage/start-storage-emulator.ts')
      const { port, bucket, public: isPublic, serviceAccounts, accessTokens } = settings
      return await startStorageEmulator({
        port,
        buckets: [{ name: bucket, public: isPublic }],
        serviceAccounts,
        accessTokens,
      })
    }
    const { port, requestsPerMinute } = settings
    const common = { port, ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }) }
    if (settings.provider === 'pinata') {
      const { startPinataEmulator } = await import('./pinata/start-pinata-emulator.ts')
      return await startPinataEmulator({ ...common, keys: [{ jwt: settings.jwt }] })
    }
    const { startDriveEmulator } = await import('./google-drive/start-drive-emulator.ts')
    const { refreshGrant, folder } = settings
    return await startDriveEmulator({ ...common, refreshGrants: [refreshGrant], folders: [folder] })
  },

  async personalServer({ rateLimits, driveUrl, ...settings }) {
    const { startPersonalServer } = await import('./personal-server/start-personal-server.ts')
    return await startPersonalServer({
      ...settings,
      ...(rateLimits ? { rateLimits } : {}),
      ...(driveUrl === undefined ? {} : { driveUrl }),
    })
  },

  async faults(settings) {
    const { startFaultProxy } = await import('./faults/start-fault-proxy.ts')
    return await startFaultProxy(settings)
  },

  async apiServer({ granteeId, moreGrantees, maxSpendWei, ...settings }) {
    const { LoadTestApiServer } = await import('../server/load-test-api-server.ts')
    const server = new LoadTestApiServer({
      ...settings,
      moreGrantees: moreGrantees.map(({ id, privateKey }) => ({ id: BigInt(id), privateKey })),
      ...(maxSpendWei === undefined ? {} : { maxSpendWei: BigInt(maxSpendWei) }),
      ...(granteeId === undefined ? {} : { granteeId: BigInt(granteeId) }),
    })
    const { url } = await server.start()
    return { url, stats: () => server.stats(), stop: () => server.stop() }
  },
}
