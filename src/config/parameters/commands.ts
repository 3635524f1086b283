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
  /** Parts to start; an empty list means all. */
  only: parameter(testbedPartList, {
    default: [],
    flag: '--only <parts>',
    variable: 'TESTBED_ONLY',
    summary: `Start only these parts: ${testbedPartList.allowed}.`,
  }),
  /** Port of the one part that is started. */
  port: optional(port, {
    flag: '--port <port>',
    // The name without TESTBED is that of `serve`.
    variable: 'TESTBED_PORT',
    summary: 'Port of the part, if only one is started; 0 for a free port.',
  }),
  /** Port of the chain; 0 for a free port. */
  chainPort: parameter(port, {
    default: 0,
    flag: '--chain-port <port>',
    summary: 'Port of the chain; 0 for a free port.',
  }),
  /** Port of the object storage; 0 for a free port. */
  storagePort: parameter(port, {
    default: 0,
    flag: '--storage-port <port>',
    summary: 'Port of the object storage; 0 for a free port.',
  }),
  /** Port of the personal server; 0 for a free port. */
  personalServerPort: parameter(port, {
    default: 0,
    flag: '--personal-server-port <port>',
    summary: 'Port of the personal server; 0 for a free port.',
  }),
  /** Port of the API server; 0 for a free port. */
  apiServerPort: parameter(port, {
    default: 0,
    flag: '--api-server-port <port>',
    summary: 'Port of the API server; 0 for a free port.',
  }),
  /** Number of grantees. */
  grantees: parameter(granteeCount, {
    default: 1,
    flag: '--grantees <count>',
    // The name without TESTBED is that of a run.
    variable: 'TESTBED_GRANTEES',
    summary: 'Number of grantees to register, for runs that spread their users over several.',
  }),
  /** Spending cap of the API server's relayer. */
  maxSpendWei: optional(vana, {
    flag: '--max-spend <vana>',
    // The name without TESTBED is that of a run.
    variable: 'TESTBED_MAX_SPEND',
    summary: "Spending cap of the API server's relayer, including the gas of pending transactions.",
  }),
  /** Print only the target document on standard output. */
  json: parameter(toggle, {
    default: false,
    flag: '--json',
    summary: 'Print only the target document, as JSON, on standard output.',
  }),
}

/** Existing services for the parts that `testbed --only` starts; the variables are those of a target. */
export const testbedSurroundingsParameters = {
  /** RPC endpoints of the chain that the servers use. */
  rpcUrl: optional(listOf(httpUrl, 'http or https URLs, separated by commas'), {
    flag: '--rpc <url>',
    variable: 'RPC_URL',
    summary: 'RPC endpoint of the chain that the servers use, if the chain is not started.',
  }),
  /** Its id. */
  chainId: parameter(wholeNumber({ min: 1, max: Number.MAX_SAFE_INTEGER }), {
    default: 14_800,
    flag: '--chain-id <id>',
    alsoEnv: ['CHAIN_ID'],
    summary: 'Id of the chain that the servers use, if the chain is not started.',
  }),
  /** The personal server that the API server calls. */
  personalServerUrl: optional(httpUrl, {
    flag: '--personal-server-url <url>',
    alsoEnv: ['PERSONAL_SERVER_BASE_URL'],
    summary: 'Personal server that the API server calls, if none is started; ends in /api/v1.',
  }),
  /** IPFS gateways that the personal server reads through. */
  ipfsGateways: optional(listOf(loopbackUrl, `${loopbackUrl.allowed}; several separated by commas`), {
    flag: '--ipfs-gateway <url>',
    variable: 'TESTBED_IPFS_GATEWAY',
    summary:
      'IPFS gateway that the personal server reads ipfs:// URLs through, if the storage is not started.',
  }),
  /** The stand-in for Google Drive. */
  driveUrl: optional(loopbackUrl, {
    flag: '--drive-url <url>',
    variable: 'TESTBED_DRIVE_URL',
    summary:
      "Server that the personal server reads from instead of Google Drive's hosts, if the storage is not started.",
  }),
  /** Mnemonic of the personal server's keys. */
  serverMnemonic: secret(mnemonic, {
    alsoEnv: ['WALLET_MNEMONIC'],
    summary: "BIP-39 mnemonic that the personal server's keys derive from.",
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
  /** Port to listen on; 0 for a free port. */
  port: parameter(port, {
    default: 3001,
    flag: '--port <port>',
    summary: 'Port to listen on; 0 for a free port.',
  }),
  /** Address to listen on. */
  host: parameter(text('an address of this machine'), {
    default: '127.0.0.1',
    flag: '--host <address>',
    summary: 'Address to listen on. Any address but loopback requires VANA_LOAD_API_SERVER_TOKEN.',
  }),
  /** As of a run; a server for `local` needs the document of a testbed that is running. */
  target: {
    ...runParameters.target,
    summary: 'Target to relay to: moksha, env (everything from the environment), or a target document.',
  } satisfies Parameter<string>,
  /** The part of a split load that the server is for. */
  part: parameter(part, {
    default: { index: 0, count: 1 },
    flag: '--part <i/n>',
    // The name without SERVE is that of a run.
    variable: 'SERVE_PART',
    summary: 'Relay only with the keys of part i of n, so that the servers of a split run share no key.',
  }),
  /** Spending cap of the relayer. */
  maxSpendWei: optional(vana, {
    flag: '--max-spend <vana>',
    // The name without SERVE is that of a run.
    variable: 'SERVE_MAX_SPEND',
    summary:
      'Spending cap of all relayer keys together, including the gas of pending transactions. At the cap, the server refuses to relay.',
  }),
  /** Print only a JSON document with the URL on standard output. */
  json: parameter(toggle, {
    default: false,
    flag: '--json',
    summary: 'Print only the URL, as a JSON document, on standard output.',
  }),
}
