import { isDevelopmentChain } from '../../config/development-chain.ts'
import { type FaultPlace, parseFault } from '../../config/fault.ts'
import { modelProblems } from '../../config/model-problems.ts'
import type { Problem } from '../../config/problem.ts'
import type { Resolved } from '../../config/resolve-parameters.ts'
import { storageProblems } from '../../config/storage-problems.ts'
import { type TestbedPart, testbedParts, testbedPartWords } from '../../config/testbed-part.ts'

/** Settings that concern one part only, by key. */
const partOfKey: Readonly<Record<string, TestbedPart>> = {
  'command.chainPort': 'chain',
  'command.grantees': 'chain',
  'testbed.blockTime': 'chain',
  'testbed.blockGasLimit': 'chain',
  'testbed.forkUrl': 'chain',
  'testbed.contracts': 'chain',
  'command.storagePort': 'storage',
  'testbed.storage': 'storage',
  'testbed.storageRateLimit': 'storage',
  'testbed.storageUrls': 'storage',
  'testbed.storageAuth': 'storage',
  'command.personalServerPort': 'personalServer',
  'testbed.inferenceMedian': 'personalServer',
  'testbed.inference': 'personalServer',
  'testbed.serverConcurrency': 'personalServer',
  'testbed.serverProfile': 'personalServer',
  'testbed.serverRateLimits': 'personalServer',
  'command.apiServerPort': 'apiServer',
  'chain.relayerLanes': 'apiServer',
  'command.maxSpend': 'apiServer',
}

/**
 * The parts that are started; none named means all.
 *
 * @param only as `--only` gave it
 */
export function partsOf(only: readonly TestbedPart[]): readonly TestbedPart[] {
  return only.length === 0 ? testbedParts : only
}

/**
 * Finds what doesn't go together among the settings of the command `testbed`: flags for parts that are not started, and
 * what the parts that are started lack.
 *
 * Flags only are refused: a variable may be there for another command.
 *
 * @param values by key, those that could be read
 */
export function partProblems(values: ReadonlyMap<string, Resolved>): Problem[] {
  const only = values.get('command.only')?.value
  // Where the choice itself is wrong, that is enough to say.
  if (!Array.isArray(only)) return []
  const parts: readonly TestbedPart[] = partsOf(only)
  return [
    ...strayFlags(values, parts),
    ...portProblems(values, parts),
    ...surroundingsProblems(values, parts),
    ...keyProblems(values, parts),
    ...faultProblems(values, parts),
    ...readerProblems(values, parts),
    ...(parts.includes('storage') ? storageProblems(values) : []),
    ...(parts.includes('personalServer') ? modelProblems(values) : []),
  ]
}

type Values = ReadonlyMap<string, Resolved>

function refused(values: Values, key: string, found: string): Problem[] {
  const source = values.get(key)?.source
  return source?.kind === 'flag' ? [{ key, source, found }] : []
}

const list = (parts: readonly TestbedPart[]): string => parts.map((part) => testbedPartWords[part]).join(',')

function strayFlags(values: Values, parts: readonly TestbedPart[]): Problem[] {
  return Object.entries(partOfKey).flatMap(([key, part]) =>
    parts.includes(part)
      ? []
      : refused(
          values,
          key,
          `it is for the ${testbedPartWords[part]}, which --only ${list(parts)} does not start`,
        ),
  )
}

function portProblems(values: Values, parts: readonly TestbedPart[]): Problem[] {
  const [part, ...others] = parts
  if (part === undefined || others.length > 0) {
    const flags = parts.map((name) => `--${testbedPartWords[name]}-port`).join(', ')
    return refused(
      values,
      'command.port',
      `it is for one part, and ${parts.length} are started; give ${flags}`,
    )
  }
  const isTwice = values.get('command.port')?.source.kind === 'flag'
  return isTwice
    ? refused(values, `command.${part}Port`, 'it means the same as --port; give one of the two')
    : []
}

function surroundingsProblems(values: Values, parts: readonly TestbedPart[]): Problem[] {
  const servers = parts.filter((part) => part === 'personalServer' || part === 'apiServer')
  const problems: Problem[] = []
  if (parts.includes('chain') || servers.length === 0) {
    const why = parts.includes('chain')
      ? 'a chain is started here; leave it out, or start the servers alone with --only'
      : `it is for the personal server and the API server, which --only ${list(parts)} does not start`
    problems.push(...refused(values, 'surroundings.rpcUrl', why))
    problems.push(...refused(values, 'surroundings.chainId', why))
  } else if (!values.has('surroundings.rpcUrl')) {
    problems.push({
      key: 'surroundings.rpcUrl',
      found: `${list(servers)} needs the RPC endpoint of a chain: --rpc <url>`,
    })
  }
  if (!parts.includes('apiServer') || parts.includes('personalServer')) {
    const why = parts.includes('personalServer')
      ? 'a personal server is started here; leave it out, or start the API server alone with --only'
      : `it is for the API server, which --only ${list(parts)} does not start`
    problems.push(...refused(values, 'surroundings.personalServerUrl', why))
  } else if (!values.has('surroundings.personalServerUrl')) {
    problems.push({
      key: 'surroundings.personalServerUrl',
      found: 'api-server needs a personal server: --personal-server-url <url>',
    })
  }
  return problems
}

/** What the personal server reads through follows from the storage that is started beside it. */
function readerProblems(values: Values, parts: readonly TestbedPart[]): Problem[] {
  if (parts.includes('personalServer') && !parts.includes('storage')) return []
  const why = parts.includes('personalServer')
    ? 'a storage is started as well; leave it out, or start only the servers with --only'
    : `it is for the personal server, which --only ${list(parts)} does not start`
  return ['surroundings.ipfsGateways', 'surroundings.driveUrl'].flatMap((key) => refused(values, key, why))
}

const partOfPlace: Readonly<Record<FaultPlace, TestbedPart>> = {
  rpc: 'chain',
  storage: 'storage',
  'personal-server': 'personalServer',
  'api-server': 'apiServer',
}

/** A fault stands in front of a part that is started here. */
function faultProblems(values: Values, parts: readonly TestbedPart[]): Problem[] {
  const faults = values.get('testbed.faults')?.value
  if (!Array.isArray(faults)) return []
  return faults.flatMap((text: string) => {
    const part = partOfPlace[parseFault(text)?.place ?? 'rpc']
    if (parts.includes(part)) return []
    const what = `'${text}' is for the ${testbedPartWords[part]}, which --only ${list(parts)} does not start`
    return refused(values, 'testbed.faults', what)
  })
}

/** Keys that everyone knows serve on the chains that they are for; any other chain needs keys of its own. */
function keyProblems(values: Values, parts: readonly TestbedPart[]): Problem[] {
  const rpcUrls = values.get('surroundings.rpcUrl')?.value
  const id = Number(values.get('surroundings.chainId')?.value)
  if (parts.includes('chain') || !Array.isArray(rpcUrls) || isDevelopmentChain({ id, rpcUrls })) return []
  const lacking = (key: string, variable: string, what: string): Problem[] =>
    values.has(key)
      ? []
      : [
          {
            key,
            found: `${what} for any chain but a loopback one with id 14800: set ${variable} in the environment`,
          },
        ]
  return [
    ...(parts.includes('personalServer')
      ? lacking(
          'surroundings.serverMnemonic',
          'WALLET_MNEMONIC',
          'personal-server needs a mnemonic of its own',
        )
      : []),
    ...(parts.includes('apiServer')
      ? lacking(
          'keys.granteePrivateKey',
          'VANA_LOAD_GRANTEE_PRIVATE_KEY',
          "api-server needs the app's own key",
        )
      : []),
  ]
}
