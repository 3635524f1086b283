/** Milestone 1: the core components start and do their basic work. See README.md next to this file. */
import { existsSync } from 'node:fs'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { resolveConfig } from '../../src/config/resolve-config.ts'
import { targetSchema } from '../../src/config/target.ts'
import { LoadTestError } from '../../src/errors/load-test-error.ts'
import { DataPortabilityFlow } from '../../src/flow/data-portability-flow.ts'
import { VanaLoadTestClient } from '../../src/lib/vana-load-test-client.ts'
import { LoadTestApiServer } from '../../src/server/load-test-api-server.ts'
import { startChain } from '../../src/testbed/chain/start-chain.ts'
import { createHdWallets } from '../../src/wallets/hd-wallets.ts'
import { generateMnemonic } from '../../src/wallets/mnemonic.ts'
import { expect, openCriteria } from '../criteria.ts'
import { readOptions } from '../options.ts'

readOptions('milestones/ms-01/test-milestone1.ts', {})

const milestone = openCriteria('Milestone 1: core components')
const startingChain = startChain({ blockTime: 'instant' })
// The check that needs the chain reports a failed start.
startingChain.catch(() => undefined)

await milestone.check('Configuration loads, and invalid values are rejected', () => {
  const { config } = resolveConfig({ flags: { '--preset': 'conservative' } })
  expect(
    config.users === 5000 && config.load.concurrency === 200,
    'the preset conservative has unexpected values',
  )
  let refusal = ''
  try {
    resolveConfig({ flags: { '--users': 'many', '--rate': '-1' } })
  } catch (error) {
    refusal = String(error)
  }
  expect(refusal.includes('users') && refusal.includes('rate'), 'two invalid values were not both reported')
  return 'conservative: 5,000 users, concurrency 200; two invalid values are reported together'
})

const chain = await startingChain.catch(() => undefined)
const grantee = privateKeyToAccount(generatePrivateKey())
const server = new LoadTestApiServer({
  rpcUrls: [chain?.rpcUrl ?? 'http://127.0.0.1:9'],
  chainId: 14800,
  contracts: { permissions: '0xD54523048AdD05b4d734aFaE7C68324Ebb7373eF' },
  personalServerUrl: 'http://127.0.0.1:9/api/v1',
  relayerPrivateKeys: chain ? [chain.accounts.relayer.privateKey] : [],
  granteePrivateKey: generatePrivateKey(),
})
let apiServerUrl = 'http://127.0.0.1:9'

await milestone.check('LoadTestApiServer starts, and its endpoints respond', async () => {
  await startingChain
  apiServerUrl = (await server.start()).url
  const health = await fetch(`${apiServerUrl}/health`)
  const refused = await fetch(`${apiServerUrl}/api/relay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  expect(refused.status === 400, `an empty relay request got status ${refused.status}`)
  return `GET /health ${health.status}, POST /api/relay without a signature ${refused.status}`
})

const target = targetSchema.parse({
  name: 'milestone 1',
  chain: { id: 14800, rpcUrls: [chain?.rpcUrl ?? 'http://127.0.0.1:9'], contracts: chain?.contracts },
  storage: { apiEndpoint: 'http://127.0.0.1:9', bucket: 'vana-load' },
  personalServer: { url: 'http://127.0.0.1:9/api/v1' },
  apiServer: { url: apiServerUrl },
  grantee: { id: 1, address: grantee.address },
  embedded: ['model'],
})
const flow = {
  runId: 'milestone-1',
  seed: '1',
  dataSize: 'small',
  timeoutMs: 10_000,
  inferenceTimeoutMs: 5_000,
  pollIntervalMs: 500,
} as const
const wallet = createHdWallets(generateMnemonic()).user(0)
const client = new VanaLoadTestClient({ target, threads: 1 })

await milestone.check('VanaLoadTestClient reads the chain for a test wallet', async () => {
  const { services } = client
  const nonce = await services.chain.permissionNonce(wallet.address, AbortSignal.timeout(5000))
  expect(nonce === 0n, `a new wallet has nonce ${nonce}`)
  return `${wallet.address}: nonce ${nonce} at the Permissions contract`
})

await milestone.check('DataPortabilityFlow reports an aborted flow', async () => {
  const one = new DataPortabilityFlow(client.services, { ...flow, expectEvidence: true })
  const stopped = AbortSignal.abort(new LoadTestError('ABORTED', 'Stopped before it started.'))
  const { outcome, steps } = await one.run(wallet, { signal: stopped })
  expect(outcome === 'aborted' && Object.keys(steps).length === 0, `the aborted flow ended as ${outcome}`)
  return `a flow aborted before its first step ends as '${outcome}', without a step`
})

await milestone.check('The build is complete', () => {
  const parts = ['generated/vana-sdk.js', 'generated/contracts.json', 'dist/index.js']
  const missing = parts.filter((part) => !existsSync(new URL(`../../${part}`, import.meta.url)))
  expect(missing.length === 0, `missing: ${missing.join(', ')}; run npm ci`)
  return parts.join(', ')
})

await Promise.all([client.close(), server.stop()])
await chain?.stop()
process.exitCode = milestone.conclude()
