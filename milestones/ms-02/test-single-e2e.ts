/** Milestone 2: one user completes the flow, and every stage is checked. See README.md next to this file. */
import { createPublicClient, createWalletClient, type Hex, http } from 'viem'
import type { Flags } from '../../src/config/flag-layer.ts'
import type { ResolvedConfig } from '../../src/config/resolve-config.ts'
import type { Target } from '../../src/config/target.ts'
import { toNativeAccount } from '../../src/crypto/native-account.ts'
import type { FlowUser, ServerIdentity, Submission } from '../../src/flow/flow-services.ts'
import type { StepName } from '../../src/flow/steps.ts'
import { createRedactor } from '../../src/redaction/redact.ts'
import { createStepPrinter } from '../../src/report/step-printer.ts'
import { mokshaTestnet, NodePlatformAdapter, VanaCore } from '../../src/vana/sdk.ts'
import { expect, openCriteria } from '../criteria.ts'
import { readOptions, refuse } from '../options.ts'
import { describeError, exitCodeOfError, readEnvironment, resolveConfig, runSingleFlow } from '../program.ts'

const script = 'milestones/ms-02/test-single-e2e.ts'
const given = readOptions(script, {
  target: { value: 'name|file', summary: 'local, moksha, env or a target document. Default: local.' },
  submission: { value: 'payer', summary: 'direct (a funded wallet) or relayed. Default: direct.' },
  'data-size': { value: 'size', summary: 'small, medium, large or mixed. Default: medium.' },
})
const environment = readEnvironment({ env: process.env, cwd: process.cwd() })
const { config } = resolve({
  '--target': given.target ?? 'local',
  '--submission': given.submission ?? 'direct',
  '--data-size': given['data-size'] ?? 'medium',
})
const milestone = openCriteria('Milestone 2: one flow, end to end')
const redact = createRedactor()
const printer = createStepPrinter((line) => console.log(redact.text(line)))
const interrupt = new AbortController()
process.once('SIGINT', () => interrupt.abort())
// A flow that cannot start is an error and not a missed criterion, so it is printed as a command prints it.
process.on('uncaughtException', (error) => {
  console.error(redact.text(describeError(error)))
  process.exit(exitCodeOfError(error, interrupt.signal))
})

/** Results of the steps, to compare with what the target holds afterwards. */
const made = new Map<StepName, unknown>()
const madeBy = <T>(step: StepName): T => {
  expect(made.has(step), `step ${step} did not finish`)
  return made.get(step) as T
}
let user: FlowUser | undefined

const result = await runSingleFlow({
  config,
  environment,
  redact,
  interrupt: interrupt.signal,
  forced: new AbortController().signal,
  note: printer.note,
  onStart(flowUser, target) {
    user = flowUser
    printer.begin(flowUser.address, target.name)
  },
  observer: {
    ...printer.observer,
    onStepEnd(step, durationMs, value) {
      made.set(step, value)
      printer.observer.onStepEnd(step, durationMs, value)
    },
  },
  async inspect(flow, target) {
    console.log('')
    if (!user) return
    const vana = sdkOf(target, user)
    await milestone.check('Stored: the encrypted file can be read at the URL on chain', async () => {
      const { encrypted } = madeBy<{ encrypted: Uint8Array }>('encrypt')
      const stored = new Uint8Array(await (await fetch(madeBy<string>('upload'))).arrayBuffer())
      expect(Buffer.from(stored).equals(encrypted), 'the stored bytes differ from the encrypted file')
      return `${stored.byteLength} bytes, identical to the encrypted file`
    })
    await milestone.check('Identity: the SDK reports the same personal server', async () => {
      const identity = await vana.server.getIdentity({ userAddress: userAddress() })
      const { address } = madeBy<ServerIdentity>('identity')
      expect(identity.address === address, `the SDK reports ${identity.address}`)
      return address
    })
    await milestone.check('Granted: the SDK reads the permission back from the chain', async () => {
      const permission = await vana.permissions.getPermissionInfo(BigInt(madeBy<string>('confirm')))
      expect(permission.grantor.toLowerCase() === userAddress().toLowerCase(), 'the grantor is not the user')
      expect(permission.grant === madeBy<string>('grant'), 'the grant URL differs')
      const { hash } = madeBy<Submission>('submit')
      return `permission ${permission.id} of ${permission.grantor} in ${hash}`
    })
    await milestone.check('Answered: the personal server succeeded', () => {
      expect(flow.outcome === 'succeeded', `the flow ended as ${flow.outcome}: ${flow.error?.message}`)
      return 'status succeeded'
    })
    if (!target.embedded.includes('model')) return
    await milestone.check("Proven: the answer was made from this user's data", () => {
      expect(flow.verified === true, 'the answer does not contain the proof')
      return 'SHA-256 of prompt and decrypted file match'
    })
  },
})

printer.end(result)
console.log('')
await milestone.check('Fast: under the limit of 60 seconds for one flow', () => {
  expect(result.durationMs < 60_000, `it took ${(result.durationMs / 1000).toFixed(1)} s`)
  return `${(result.durationMs / 1000).toFixed(2)} s`
})
await milestone.check('Settled: the money reconciles', () => {
  expect(result.money.problems.length === 0, result.money.problems.map(({ message }) => message).join('; '))
  const { fundedWei, spentWei, sweptWei, leftWei } = result.money.statement
  if (fundedWei === null) return 'relayed: the user needed no funds'
  return `funded ${fundedWei} = spent ${spentWei} + swept ${sweptWei} + left ${leftWei} wei`
})
process.exitCode = milestone.conclude()

function resolve(flags: Flags): ResolvedConfig {
  try {
    return resolveConfig({ flags, environment, defaultPreset: 'debug' })
  } catch (error) {
    return refuse(script, error instanceof Error ? error.message : String(error))
  }
}

function userAddress(): Hex {
  if (!user) throw new Error('the flow did not start')
  return user.address
}

/** Sets up the SDK as an app would, to check the target independently of the flow. */
function sdkOf(target: Target, { privateKey }: FlowUser): VanaCore {
  const chain = mokshaTestnet
  const transport = http(target.chain.rpcUrls[0])
  return new VanaCore(new NodePlatformAdapter(), {
    walletClient: createWalletClient({ account: toNativeAccount(privateKey), chain, transport }),
    publicClient: createPublicClient({ chain, transport }),
    defaultPersonalServerUrl: target.personalServer.url,
  } as ConstructorParameters<typeof VanaCore>[1])
}
