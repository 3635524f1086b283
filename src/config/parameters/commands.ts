import { amount } from '../kinds/amount.ts'
import { httpUrl, loopbackUrl, port, text, toggle, wholeNumber } from '../kinds/basic.ts'
import { granteeCount } from '../kinds/grantee-count.ts'
import { listOf } from '../kinds/kind.ts'
import { part } from '../kinds/part.ts'
import { mnemonic } from '../kinds/secret.ts'
import { testbedPartList } from '../kinds/testbed-parts.ts'
import { optional, type Parameter, parameter, secret } from '../parameter.ts'
import { testbedParameters } from './chain.ts'
import { runParameters } from './run.ts'

const vana = amount({ bareUnit: 'vana' })

/** What only `testbed` has, besides the parameters of the embedded target. */
export const testbedCommandParameters = {
  /** Which parts are started; none named means all. */
  only: parameter(testbedPartList, {
    default: [],
    flag: '--only <parts>',
    variable: 'TESTBED_ONLY',
    summary: `Start these parts only: ${testbedPartList.allowed}.`,
  }),
  /** Port of the one part that is started. */
  port: optional(port, {
    flag: '--port <port>',
    // The name without TESTBED is that of `serve`.
    variable: 'TESTBED_PORT',
    summary: 'With one part: its port; 0 for a free one.',
  }),
  /** Port of the chain; 0 for a free one. */
  chainPort: parameter(port, {
    default: 0,
    flag: '--chain-port <port>',
    summary: 'Port of the chain; 0 for a free one.',
  }),
  /** Port of the object storage; 0 for a free one. */
  storagePort: parameter(port, {
    default: 0,
    flag: '--storage-port <port>',
    summary: 'Port of the object storage; 0 for a free one.',
  }),
  /** Port of the personal server; 0 for a free one. */
  personalServerPort: parameter(port, {
    default: 0,
    flag: '--personal-server-port <port>',
    summary: 'Port of the personal server; 0 for a free one.',
  }),
  /** Port of the API server; 0 for a free one. */
  apiServerPort: parameter(port, {
    default: 0,
    flag: '--api-server-port <port>',
    summary: 'Port of the API server; 0 for a free one.',
  }),
  /** Apps that users may grant access to. */
  grantees: parameter(granteeCount, {
    default: 1,
    flag: '--grantees <count>',
    // The name without TESTBED is that of a run.
    variable: 'TESTBED_GRANTEES',
    summary: 'How many grantees are registered, for runs that spread their users over them.',
  }),
  /** Most that the API server's relayer may spend. */
  maxSpendWei: optional(vana, {
    flag: '--max-spend <vana>',
    // The name without TESTBED is that of a run.
    variable: 'TESTBED_MAX_SPEND',
    summary: 'Most that the relayer of the API server may spend, gas of what is under way included.',
  }),
  /** Print the target as one JSON document on standard output, and nothing else there. */
  json: parameter(toggle, {
    default: false,
    flag: '--json',
    summary: 'Print the target as one JSON document on standard output, and nothing else there.',
  }),
}

/** What surrounds the parts that `testbed --only` starts; the variables are those of a target. */
export const testbedSurroundingsParameters = {
  /** The chain that the servers talk to. */
  rpcUrl: optional(listOf(httpUrl, 'http or https URLs, separated by commas'), {
    flag: '--rpc <url>',
    variable: 'RPC_URL',
    summary: 'Without the chain: RPC endpoint of the chain that the servers talk to.',
  }),
  /** Its id. */
  chainId: parameter(wholeNumber({ min: 1, max: Number.MAX_SAFE_INTEGER }), {
    default: 14_800,
    flag: '--chain-id <id>',
    alsoEnv: ['CHAIN_ID'],
    summary: 'Without the chain: id of the chain that the servers talk to.',
  }),
  /** Whom the API server asks. */
  personalServerUrl: optional(httpUrl, {
    flag: '--personal-server-url <url>',
    alsoEnv: ['PERSONAL_SERVER_BASE_URL'],
    summary: 'Without the personal server: the one that the API server asks, ending in /api/v1.',
  }),
  /** Where the personal server reads what is on IPFS. */
  ipfsGateways: optional(listOf(loopbackUrl, `${loopbackUrl.allowed}; several separated by commas`), {
    flag: '--ipfs-gateway <url>',
    variable: 'TESTBED_IPFS_GATEWAY',
    summary: 'Without the storage: the IPFS gateway that the personal server reads ipfs:// URLs through.',
  }),
  /** What stands in for Google Drive. */
  driveUrl: optional(loopbackUrl, {
    flag: '--drive-url <url>',
    variable: 'TESTBED_DRIVE_URL',
    summary: "Without the storage: what the personal server asks in place of Google Drive's hosts.",
  }),
  /** The personal server's keys come from it. */
  serverMnemonic: secret(mnemonic, {
    alsoEnv: ['WALLET_MNEMONIC'],
    summary: "BIP-39 mnemonic that the personal server's keys come from.",
  }),
}

const { serverProfile, serverConcurrency, serverRateLimits } = testbedParameters

/** The embedded target, with shorter flags for its personal server: elsewhere, those names mean something else. */
export const testbedBehaviorParameters = {
  ...testbedParameters,
  serverProfile: { ...serverProfile, shortFlag: '--profile <version>' },
  serverConcurrency: { ...serverConcurrency, shortFlag: '--concurrency <way>' },
  serverRateLimits: { ...serverRateLimits, shortFlag: '--rate-limits [limits]' },
}

/** What only `serve` has. */
export const serveCommandParameters = {
  /** Port to listen on; 0 for a free one. */
  port: parameter(port, {
    default: 3001,
    flag: '--port <port>',
    summary: 'Port to listen on; 0 for a free one.',
  }),
  /** Address to listen on. */
  host: parameter(text('an address of this machine'), {
    default: '127.0.0.1',
    flag: '--host <address>',
    summary: 'Address to listen on; any but a loopback address wants VANA_LOAD_API_SERVER_TOKEN.',
  }),
  /** As of a run; a server for `local` needs the document of a testbed that is running. */
  target: {
    ...runParameters.target,
    summary: 'Target to relay to: moksha, env (everything from the environment), or a target document.',
  } satisfies Parameter<string>,
  /** Which share of a split load the server is for. */
  part: parameter(part, {
    default: { index: 0, count: 1 },
    flag: '--part <i/n>',
    // The name without SERVE is that of a run.
    variable: 'SERVE_PART',
    summary: 'Relay with the keys of part i of n only, so that the servers of a split run share none.',
  }),
  /** Most that the relayer may spend. */
  maxSpendWei: optional(vana, {
    flag: '--max-spend <vana>',
    // The name without SERVE is that of a run.
    variable: 'SERVE_MAX_SPEND',
    summary:
      'Most that all relayer keys together may spend while the server is up, gas of what is under way included; it then refuses.',
  }),
  /** Print the address as one JSON document on standard output. */
  json: parameter(toggle, {
    default: false,
    flag: '--json',
    summary: 'Print the address as one JSON document on standard output, and nothing else there.',
  }),
}
