import { formatEther } from 'viem'
import type { Environment } from '../config/environment-layer.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import type { Target } from '../config/target.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { TargetConnection } from '../flow/connect-target.ts'
import type { FlowResult } from '../flow/data-portability-flow.ts'
import type { FlowRecord } from '../flow/flow-record.ts'
import type { FlowUser } from '../flow/flow-services.ts'
import { sinceStart } from '../flow/since-start.ts'
import type { StepObserver } from '../flow/step-runner.ts'
import { VanaLoadTestClient } from '../flow/vana-load-test-client.ts'
import type { Redactor } from '../redaction/redact.ts'
import { type Money, mismatchOf } from '../results/money-balance.ts'
import { makeRunId } from '../results/run-id.ts'
import { checkChain } from './check-chain.ts'
import { connectionSettings } from './connection-settings.ts'
import { endsAtOnce, openRunTarget } from './open-run-target.ts'
import { settleRunMoney } from './settle-run-money.ts'
import { createStopControl } from './stop-control.ts'
import { type MoneySettlement, openUserWallets, type UserWallets } from './user-wallets.ts'

/** One flow to be gone. */
export type SingleFlow = {
  config: LoadTestConfig
  environment: Environment
  redact: Redactor
  interrupt: AbortSignal
  forced: AbortSignal
  note(text: string): void
  /** Told who goes, once the wallet has its coin. */
  onStart?(user: FlowUser, target: Target): void
  observer: StepObserver
  /** Looks at what the flow left behind, while target and connections are still there. */
  inspect?(result: FlowResult, target: Target, connection: TargetConnection): Promise<void>
}

/** How it went. */
export type SingleFlowResult = FlowResult & {
  user: { index: number; address: `0x${string}` }
  target: Target
  durationMs: number
  money: MoneySettlement
}

/**
 * Carries one user through the workflow, with everything around it as in a load test: target, wallet, books.
 *
 * @throws what keeps the flow from starting; a flow that fails is a result
 */
export async function runSingleFlow(single: SingleFlow): Promise<SingleFlowResult> {
  const { config, environment, redact, note, observer, onStart } = single
  const stop = createStopControl({ ...single, graceMs: config.load.graceMs })
  const open: { close(): Promise<unknown> }[] = []
  let wallets: UserWallets | undefined
  let money: MoneySettlement | undefined
  try {
    const run = await openRunTarget(config, environment, stop.starting, note)
    open.push(run)
    const { target } = run
    void run.lost.then((error: LoadTestError) => stop.endFlows(error))
    const client = new VanaLoadTestClient(
      connectionSettings(config, target, makeRunId(new Date(), Math.random)),
    )
    open.push(client)
    await checkChain(client.connection, config.flow.submission, note, stop.starting)
    await client.connection.compute.warmUp()
    const { connection } = client
    const forced = endsAtOnce(single.forced, run, config)
    wallets = await openUserWallets({
      ...{ config, target, connection, redact, note, forced },
      user: 'a single flow',
      signal: stop.starting,
    })
    open.push(wallets)
    const user = wallets.walletOf(0)
    await wallets.funded(0, stop.starting)
    onStart?.(user, target)
    run.startFaults?.()
    const startedMs = performance.now()
    const result = await client.runFlow(user, { signal: stop.flows, observer })
    const durationMs = performance.now() - startedMs
    wallets.flowEnded(recordOf(user, result, startedMs, durationMs))
    await single.inspect?.(result, target, connection)
    money = await settleRunMoney(wallets)
    money.problems.push(...mismatchOf(money.statement))
    for (const { code, message } of money.problems) note(`${code}: ${message}`)
    return { ...result, user: { index: user.index, address: user.address }, target, durationMs, money }
  } catch (error) {
    // Whatever ended it: what the wallet was given comes back.
    if (wallets !== undefined && money === undefined && (await wallets.endFunding())) {
      const { statement, problems } = await settleRunMoney(wallets)
      for (const text of moneyWords(statement, problems)) note(text)
    }
    if (stop.reason())
      throw new LoadTestError('ABORTED', 'The flow was stopped before it began.', { cause: error })
    throw error
  } finally {
    stop.dispose()
    for (const part of open.reverse()) await part.close()
  }
}

/** What became of the money of a flow that never went. */
function moneyWords({ sweptWei, leftWei }: Money, problems: MoneySettlement['problems']): string[] {
  const words = problems.map(({ code, message }) => `${code}: ${message}`)
  if (sweptWei === null || leftWei === null) return words
  return [
    `returned ${formatEther(BigInt(sweptWei))} VANA to the funder, left ${formatEther(BigInt(leftWei))}`,
    ...words,
  ]
}

function recordOf(user: FlowUser, result: FlowResult, originMs: number, durationMs: number): FlowRecord {
  const { answer: _answer, ...facts } = result
  const { index, address } = user
  return {
    index,
    wallet: address,
    dueMs: 0,
    startedMs: 0,
    endedMs: durationMs,
    droppedBecause: null,
    ...facts,
    tx: sinceStart(facts.tx, originMs),
  }
}
