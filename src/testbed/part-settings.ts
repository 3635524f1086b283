import type { Hex } from 'viem'
import type { ModelBehaviour } from '../config/kinds/model-behaviour.ts'
import type { ServerRateLimits } from '../config/kinds/server-rate-limits.ts'
import type { FaultProxySettings } from './faults/start-fault-proxy.ts'
import type { RefreshGrant } from './google-drive/tokens.ts'

/** Settings of each part of the testbed. Plain data, so that they can go to another process. */
export type PartSettings = {
  storage: StorageSettings
  personalServer: PersonalServerSettings
  apiServer: ApiServerSettings
  faults: FaultProxySettings
}

/** A part of the testbed that runs in its own process. */
export type PartName = keyof PartSettings

/** Settings of the storage emulator, by provider. */
export type StorageSettings =
  | {
      provider: 'gcs'
      port: number
      bucket: string
      /** Whether anyone may read objects. Otherwise reads need a signed URL. */
      public: boolean
      /** Accounts whose signed URLs are valid; `key` is the public key, in PEM. */
      serviceAccounts: { clientEmail: string; key: string }[]
      /** Valid access tokens; undefined if requests need none. */
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

/** Servers that the personal server reads IPFS and Google Drive from. */
export type StorageReaders = {
  /** IPFS gateways; a content id is appended. */
  ipfsGateways: readonly string[]
  /** URL of the server that stands in for the hosts of Google Drive. @default none */
  driveUrl?: string | undefined
}

/** Settings of the personal server. */
export type PersonalServerSettings = StorageReaders & {
  port: number
  rpcUrl: string
  chainId: number
  mnemonic: string
  profile: 'main-2025-09-05' | 'head-2025-10-17'
  concurrency: 'serial' | 'parallel'
  rateLimits: ServerRateLimits | false
  model: { seed: string; medianMs: number } & ModelBehaviour
}

/** Settings of the API server. */
export type ApiServerSettings = {
  port: number
  rpcUrls: readonly string[]
  chainId: number
  contracts: { permissions: Hex }
  personalServerUrl: string
  relayerPrivateKeys: readonly Hex[]
  granteePrivateKey: Hex
  /** The only grantee that permissions are relayed for; undefined for any. */
  granteeId: number | undefined
  /** More apps whose permissions it accepts. */
  moreGrantees: readonly { id: number; privateKey: Hex }[]
  /** The most that its relayer may spend, in wei as a decimal string. @default no limit */
  maxSpendWei?: string | undefined
}
