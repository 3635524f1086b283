import type { Hex } from 'viem'
import type { ValuesOf } from '../config/parameter.ts'
import type { testbedParameters } from '../config/parameters/chain.ts'
import type { TestbedPart } from '../config/testbed-part.ts'

/** Options of the embedded stack: the parts to start, and their behavior, which has the parameters of `--help`. */
export type TestbedOptions = ValuesOf<typeof testbedParameters> & {
  /** The parts to start. A server without the parts that it needs finds them in `surroundings`. @default all */
  only?: readonly TestbedPart[] | undefined
  /** Existing replacements for parts that are not started. */
  surroundings?: TestbedSurroundings | undefined
  /** Ports on 127.0.0.1. @default free ones */
  ports?: { [Part in TestbedPart]?: number | undefined }
  /** Name of the bucket. @default 'vana-load' */
  bucket?: string | undefined
  /** BIP-39 mnemonic of the personal server. @default the public development mnemonic */
  serverMnemonic?: string | undefined
  /** Number of registered apps that users can grant access to. */
  grantees: number
  /** Number of the API server's relayer keys. */
  relayerLanes: number
  /** The most that the API server's relayer may spend, in wei. @default no limit */
  maxSpendWei?: bigint | undefined
  /** Determines the model's latencies and the requests that faults hit. @default '1' */
  seed?: string | undefined
  signal?: AbortSignal | undefined
}

/** Existing services that the started parts use. */
export type TestbedSurroundings = {
  /** Chain for the servers. */
  chain?: GivenChain | undefined
  /** Personal server for the API server. Ends in `/api/v1`. */
  personalServerUrl?: string | undefined
  /** IPFS gateways for the personal server; loopback only. */
  ipfsGateways?: readonly string[] | undefined
  /** Server that stands in for Google Drive's hosts; loopback only. */
  driveUrl?: string | undefined
}

/** An existing chain, with the keys that act on it. */
export type GivenChain = {
  id: number
  rpcUrls: readonly string[]
  /** The app's key. Only the API server needs it. */
  granteePrivateKey?: Hex | undefined
  /** Keys of the API server's relayer. None turns the relay off. */
  relayerPrivateKeys?: readonly Hex[] | undefined
  /** The only grantee that permissions are relayed for. @default any */
  granteeId?: number | undefined
  /** More apps, with their keys. @default none */
  moreGrantees?: readonly { id: number; privateKey: Hex }[] | undefined
}
