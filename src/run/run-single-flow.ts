import { formatEther } from 'viem'
import type { Environment } from '../config/environment-layer.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import type { Target } from '../config/target.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { TargetConnection } from '../flow/connect-target.ts'
import type { FlowResult } from '../flow/data-portability-flow.ts'
import type { FlowUser } from '../flow/flow-services.ts'
import type { StepObserver } from '../flow/step-runner.ts'
import type { LoadProfile } from '../load/profile.ts'
import { toLoadIndex, wholeLoad } from '../load/split.ts'
import { openGate } from '../load/start-gate.ts'
import type { Redactor } from '../redaction/redact.ts'
import { type Money, type MoneySettlement, mismatchOf } from '../results/money-balance.ts'
import { makeRunId } from '../results/run-id.ts'
import { type Closer, closeAfter } from './closer.ts'
import { type Connection, openConnection } from './connection.ts'
import { driveUsers } from './drive-users.ts'
import { endsAtOnce } from './open-run-target.ts'
import { startRunClock } from './run-clock.ts'
import { combineObservers } from './run-observer.ts'
import { settleMoney } from './settle-money.ts'
import { createStopControl, type StopControl } from './stop-control.ts'
import { openUserWallets, type UserWallets } from './user-wallets.ts'

/** What is asked for: one flow. */
export type SingleFlow = {
  config: LoadTestConfig
  environment: Environment
  redact: Redactor
  /** Stops the flow, which gets its grace period. @default it goes to its end */
  interrupt?: AbortSignal | undefined
  /** Ends it at once. @default no such end */
  forced?: AbortSignal | undefined
  note(text: string): void
  /** Called once the user's wallet has its funds. */
  onStart?(user: FlowUser, target: Target): void
  /** Watches the steps. */
  observer: StepObserver
  /** Looks at what the flow left behind, while target and connections are still open. */
  inspect?(result: FlowResult, target: Target, connection: TargetConnection): Promise<void>
}

/** How it went. */
export type SingleFlowResult = FlowResult & {
  user: { index: number; address: `0x${string}` }
  target: Target
  durationMs: number
  money: MoneySettlement
}

/** The load of a single flow: one user, due at once. */
const oneUser: LoadProfile = { users: 1, concurrency: 1, patienceMs: 0, arrival: { kind: 'at-once' } }
const first = toLoadIndex(0)

/**
 * Runs one user through the workflow, with everything around it as in a load test: target, wallet, money.
 *
 * @throws what keeps the flow from starting; a flow that fails is a result
 */
export function runSingleFlow(single: SingleFlow): Promise<SingleFlowResult> {
  return closeAfter(async (closer) => {
    const { config, environment, note, interrupt, forced } = single
    const stop = createStopControl({ interrupt, forced, graceMs: config.load.graceMs })
    closer.add(stop.dispose)
    const runId = makeRunId(new Date(), Math.random)
    try {
      const connection = await openConnection({ config, environment, runId, note, signal: stop.starting })
      closer.add(() => connection.close())
      void connection.lost.then((error) => stop.endFlows(error))
      const wallets = await openWallets(single, { connection, closer, stop })
      return await runFunded(single, { runId, connection, wallets, stop })
    } catch (error) {
      if (stop.reason() === null) throw error
      throw new LoadTestError('ABORTED', 'The flow was stopped before it began.', { cause: error })
    }
  })
}

async function openWallets(
  { config, redact, note }: SingleFlow,
  { connection, closer, stop }: { connection: Connection; closer: Closer; stop: StopControl },
): Promise<UserWallets> {
  const { target, client } = connection
  const wallets = await openUserWallets({
    config,
    target,
    connection: client.connection,
    redact,
    user: 'a single flow',
    note,
    signal: stop.starting,
    forced: endsAtOnce(stop.forced, connection, config),
  })
  closer.add(() => wallets.close())
  return wallets
}

type Parts = { runId: string; connection: Connection; wallets: UserWallets; stop: StopControl }

/** Funds the user, runs its flow, and returns what is left, whatever ends it. */
async function runFunded(single: SingleFlow, parts: Parts): Promise<SingleFlowResult> {
  const { connection, wallets, stop } = parts
  const { target } = connection
  let isSettled = false
  try {
    const user = wallets.walletOf(first)
    await wallets.funded(first, stop.starting)
    single.onStart?.(user, target)
    const { result, durationMs } = await driveOne(single, user, parts)
    await single.inspect?.(result, target, connection.client.connection)
    const money = await settleMoney(wallets)
    isSettled = true
    money.problems.push(...mismatchOf(money.statement))
    for (const { code, message } of money.problems) single.note(`${code}: ${message}`)
    return { ...result, user: { index: user.index, address: user.address }, target, durationMs, money }
  } catch (error) {
    if (!isSettled && (await wallets.endFunding())) {
      const { statement, problems } = await settleMoney(wallets)
      for (const text of describeReturn(statement, problems)) single.note(text)
    }
    throw error
  }
}

/** @throws LoadTestError ABORTED when a stop came before the flow */
async function driveOne(
  { config, observer: steps }: SingleFlow,
  user: FlowUser,
  { runId, connection, wallets, stop }: Parts,
): Promise<{ result: FlowResult; durationMs: number }> {
  const { client, startFaults } = connection
  let result: FlowResult | undefined
  let durationMs = 0
  const onFailure = (error: unknown): void => {
    stop.stop({ reason: 'error', message: String(error) })
  }
  startFaults?.()
  await driveUsers({
    config: { seed: config.seed, load: { ...config.load, part: wholeLoad } },
    profile: oneUser,
    clock: startRunClock(),
    client: {
      async runFlow(...flow) {
        result = await client.runFlow(...flow)
        return result
      },
    },
    runId,
    stop,
    gate: openGate,
    walletOf: () => user,
    observer: combineObservers([
      {
        observer: {
          ended(record) {
            durationMs = record.endedMs - (record.startedMs ?? record.endedMs)
            wallets.flowEnded(record)
          },
        },
        onFailure,
      },
    ]),
    steps: () => steps,
  })
  if (result === undefined) throw stop.flows.aborted ? stop.flows.reason : stop.starting.reason
  return { result, durationMs }
}

/** What became of the money of a flow that never started. */
function describeReturn({ sweptWei, leftWei }: Money, problems: MoneySettlement['problems']): string[] {
  const lines = problems.map(({ code, message }) => `${code}: ${message}`)
  if (sweptWei === null || leftWei === null) return lines
  return [
    `returned ${formatEther(BigInt(sweptWei))} VANA to the funder, left ${formatEther(BigInt(leftWei))}`,
    ...lines,
  ]
}
