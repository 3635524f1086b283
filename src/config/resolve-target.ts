import { granteeKey } from '../crypto/grantee-key.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { readTextFile } from '../files/read-text-file.ts'
import { learnDocument } from '../redaction/process-redactor.ts'
import { isDevelopmentChain } from './development-chain.ts'
import { type Environment, environmentLayer } from './environment-layer.ts'
import { knownVariables } from './known-variables.ts'
import { targetEnvironmentParameters } from './load-test-config.ts'
import { deployedContracts, mainnetChainId, mokshaChainId, mokshaDefaults } from './moksha.ts'
import type { ValuesOf } from './parameter.ts'
import type { targetParameters } from './parameters/target-environment.ts'
import { type Problem, throwProblems } from './problem.ts'
import { resolveParameters } from './resolve-parameters.ts'
import { type StorageProviderName, storageProviderWords } from './storage-provider.ts'
import {
  hasStorageSecrets,
  missingStorageSecrets,
  type StorageSecrets,
  storageSecretsFor,
} from './storage-secrets.ts'
import { suggest } from './suggest.ts'
import { type Target, type TargetPlan, targetPlanSchema } from './target.ts'

/** What decides on a target; a `LoadTestConfig` is one. */
export type TargetChoice = {
  /** `local`, `moksha`, `env`, the path of a target document, or the document itself. */
  target: string | object
  limits: { allowMainnet: boolean }
  /** Without the secrets of the storage, missing ones are not reported. */
  secrets: { granteePrivateKey: `0x${string}` | undefined } & Partial<StorageSecrets>
}

/**
 * Finds the environment under test that a configuration names.
 *
 * `moksha` starts from what is known of the public deployment, `env` from nothing; both take the rest from the
 * environment. Anything else is a target document or its path, which the environment does not change.
 *
 * @returns `local` for the embedded testbed, which has to be started to be known
 * @throws LoadTestError CONFIG_INVALID for what is missing or wrong, and for development keys anywhere but on a
 * loopback chain 14800; MAINNET_REFUSED for chain 1480 unless it is allowed
 * @example const target = await resolveTarget(config, environment)
 */
export async function resolveTarget(
  config: TargetChoice,
  environment: Environment,
): Promise<TargetPlan | 'local'> {
  if (config.target === 'local') return 'local'
  const target = await findTarget(config.target, config, environment)
  checkSafety(target, config.limits.allowMainnet)
  if (hasStorageSecrets(config.secrets)) {
    throwProblems(missingStorageSecrets(target.storage, storageSecretsFor(target, config.secrets)))
  }
  return target
}

async function findTarget(
  target: string | object,
  config: TargetChoice,
  environment: Environment,
): Promise<TargetPlan> {
  if (typeof target === 'object') return parseTarget(target, 'the target')
  if (target === 'moksha' || target === 'env') return await fromEnvironment(target, config, environment)
  return readTarget(target)
}

/**
 * Reads a target document, as `vana-load testbed --json` prints it; only `apiServer` may be missing.
 *
 * @throws LoadTestError CONFIG_INVALID with every key that is wrong
 */
export function readTarget(path: string): TargetPlan {
  const read = readTextFile(path)
  if (read.problem !== undefined) throw unreadableTarget(path, read)
  let document: unknown
  try {
    document = JSON.parse(read.text)
  } catch {
    throw new LoadTestError('CONFIG_INVALID', `The target document ${path} is not JSON.`)
  }
  return parseTarget(document, path)
}

const targetNames = ['local', 'moksha', 'env']

function unreadableTarget(path: string, { problem, isMissing }: { problem: string; isMissing: boolean }) {
  if (!isMissing) {
    return new LoadTestError('CONFIG_INVALID', `The target document ${path} can't be read: ${problem}.`)
  }
  const suggestion = suggest(path, targetNames)
  return new LoadTestError(
    'CONFIG_INVALID',
    `Unknown target '${path}': it is not local, moksha or env, and no such file can be read.` +
      (suggestion === undefined ? '' : ` Did you mean ${suggestion}?`),
  )
}

function parseTarget(document: unknown, name: string): TargetPlan {
  learnDocument(document)
  const read = targetPlanSchema.safeParse(document)
  if (read.success) return read.data
  const source = { kind: 'file', path: name } as const
  throwProblems(
    read.error.issues.map((issue) => ({
      key: issue.path.join('.') || 'target',
      source,
      found: issue.message,
    })),
    '`vana-load testbed --json` prints a target document.',
  )
  throw read.error
}

type TargetValues = { [Name in keyof typeof targetParameters]?: ValuesOf<typeof targetParameters>[Name] }

async function fromEnvironment(
  name: 'moksha' | 'env',
  { secrets }: Pick<TargetChoice, 'secrets'>,
  environment: Environment,
): Promise<TargetPlan> {
  const { layer } = environmentLayer(targetEnvironmentParameters, environment, knownVariables())
  const { values, problems } = resolveParameters(targetEnvironmentParameters, [layer])
  const given: TargetValues = Object.fromEntries([...values].map(([key, { value }]) => [key, value]))
  const { chainId, rpcUrl, personalServerUrl, granteeId, moreGranteeIds, ...rest } = {
    ...(name === 'moksha' ? mokshaDefaults : {}),
    ...given,
  }
  const granteeAddress = rest.granteeAddress ?? (await addressOf(secrets.granteePrivateKey))
  const storage = storageOf(rest)
  const needed = { chainId, rpcUrl, personalServerUrl, ...storage.needed, granteeId, granteeAddress }
  throwProblems([
    ...problems,
    ...missing(name, needed, problems),
    ...strangeStorage(rest),
    ...(hasStorageSecrets(secrets) ? missingStorageSecrets(storage.target, secrets) : []),
  ])
  const moreGrantees = await moreGranteesOf(moreGranteeIds ?? [], secrets.granteePrivateKey)
  return parseTarget(
    {
      name: name === 'moksha' ? 'moksha' : 'custom',
      chain: { id: chainId, rpcUrls: rpcUrl, contracts: deployedContracts },
      storage: storage.target,
      personalServer: { url: personalServerUrl },
      apiServer: rest.apiServerUrl ? { url: rest.apiServerUrl } : undefined,
      grantee: { id: granteeId, address: granteeAddress },
      moreGrantees: moreGranteeIds && moreGrantees,
    },
    'the environment',
  )
}

/** The storage as a document has it, and what of it must be given. */
function storageOf(values: TargetValues): {
  target: { provider: StorageProviderName; keyFile?: string | undefined }
  needed: Record<string, unknown>
} {
  const { storageProvider: provider = 'gcs', storageBucket, storageKeyFile, storageEndpoint } = values
  const { storageUrls = 'signed', storageGateway, storageFolder } = values
  const apiEndpoint = storageEndpoint || undefined
  const keyFile = storageKeyFile || undefined
  switch (provider) {
    case 'gcs': {
      const target = { provider, apiEndpoint, keyFile, bucket: storageBucket, urls: storageUrls }
      return { target, needed: { storageBucket } }
    }
    case 'pinata': {
      const target = { provider, apiEndpoint, gatewayUrl: storageGateway || undefined }
      return { target, needed: {} }
    }
    case 'google-drive': {
      const target = { provider, apiEndpoint, keyFile, folderId: storageFolder || undefined }
      return { target, needed: {} }
    }
  }
}

/** What is set for one provider only, and which. A bucket or a key file may well be there for something else. */
const providerOf = { storageUrls: 'gcs', storageGateway: 'pinata', storageFolder: 'google-drive' } as const

function strangeStorage(values: TargetValues): Problem[] {
  const { storageProvider = 'gcs' } = values
  return targetEnvironmentParameters.flatMap(({ key, env }) => {
    const own = Object.entries(providerOf).find(([name]) => name === key)?.[1]
    if (own === undefined || own === storageProvider || values[key as keyof TargetValues] === undefined)
      return []
    const found = `${env[0]} is for ${storageProviderWords[own]}, and VANA_LOAD_STORAGE_PROVIDER is ${storageProvider}`
    return [{ key, found }]
  })
}

/** Names the variables that a target of this name can't do without. */
function missing(name: string, needed: Record<string, unknown>, problems: readonly Problem[]): Problem[] {
  return targetEnvironmentParameters
    .filter(({ key }) => key in needed && needed[key] === undefined)
    .filter(({ key }) => problems.every((problem) => problem.key !== key))
    .map(({ key, env, parameter }) => ({
      key,
      found: `required by the target ${name}: set ${env[0]} in the environment (${parameter.kind.allowed})`,
    }))
}

/** @throws LoadTestError CONFIG_INVALID when there are ids but no key that theirs could follow from */
async function moreGranteesOf(ids: readonly number[], appKey: `0x${string}` | undefined) {
  if (ids.length > 0 && appKey === undefined) {
    const found = 'further grantees derive their keys from VANA_LOAD_GRANTEE_PRIVATE_KEY, which is not set'
    throwProblems([{ key: 'moreGranteeIds', found }])
  }
  return Promise.all(
    ids.map(async (id, i) => ({ id, address: await addressOf(appKey && granteeKey(appKey, i + 1)) })),
  )
}

async function addressOf(privateKey: `0x${string}` | undefined): Promise<string | undefined> {
  if (privateKey === undefined) return undefined
  const { privateKeyToAddress } = await import('viem/accounts')
  return privateKeyToAddress(privateKey)
}

function checkSafety(target: Omit<Target, 'apiServer'>, allowMainnet: boolean): void {
  const { chain, accounts } = target
  if (chain.id === mainnetChainId && !allowMainnet) {
    throw new LoadTestError(
      'MAINNET_REFUSED',
      `The target '${target.name}' is mainnet (chain ${mainnetChainId}), where funds have real value.`,
      { hint: 'Give --allow-mainnet and --max-spend if you mean it.' },
    )
  }
  if (accounts !== undefined && !isDevelopmentChain(chain)) {
    throw new LoadTestError(
      'CONFIG_INVALID',
      `The target '${target.name}' contains development keys, which everyone knows. They only work on a loopback` +
        ` chain ${mokshaChainId}.`,
      { hint: "Remove 'accounts' from the document, and set the keys in the environment." },
    )
  }
}
