import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../async/clock.ts'
import type { Environment } from '../config/environment-layer.ts'
import { loadProfileOf } from '../config/load-profile.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import type { LoadTestError } from '../errors/load-test-error.ts'
import type { VanaLoadTestClient } from '../flow/vana-load-test-client.ts'
import { shareOf } from '../load/split.ts'
import { startResourceSampler } from '../metrics/resources.ts'
import { noRpcCalls, type RpcTotals, rpcSince } from '../metrics/rpc-totals.ts'
import type { Redactor } from '../redaction/redact.ts'
import { formatVana } from '../report/format-value.ts'
import type { Baseline } from '../results/baseline/baseline-schema.ts'
import { compareWithBaseline } from '../results/baseline/compare-with-baseline.ts'
import { readFlowSamples } from '../results/compare/flow-samples.ts'
import { dependenciesOf, describeEnvironment } from '../results/environment.ts'
import { parseThresholds } from '../results/parse-threshold.ts'
import { readRun } from '../results/read-run.ts'
import { createRunFolder, type RunFolder } from '../results/run-folder.ts'
import { makeRunId } from '../results/run-id.ts'
import { createRunRecorder, type RunRecorder } from '../results/run-recorder.ts'
import type { RunSnapshot } from '../results/snapshot-schema.ts'
import { buildSummary } from '../results/summary.ts'
import type { Summary } from '../results/summary-schema.ts'
import { sdkVersion } from '../vana/sdk-version.ts'
import { carryRun } from './carry-run.ts'
import type { Conductor } from './conductor.ts'
import { correctRun } from './correct-run.ts'
import { fundFirst } from './fund-first.ts'
import { watchGrantees } from './grantee-load.ts'
import { endsAtOnce } from './open-run-target.ts'
import { createTargetProtection } from './protect-target.ts'
import { openRunStage, type RunStage } from './run-stage.ts'
import { settleRunMoney } from './settle-run-money.ts'
import { createStopControl, type StopControl } from './stop-control.ts'
import { type MoneySettlement, openUserWallets } from './user-wallets.ts'
import { watchComponents } from './watch-components.ts'
import { type StallWatch, watchStalls } from './watch-stalls.ts'

/** Told how a run goes, for people. */
export type RunView = {
  /** What is being done before and after the users come: `starting the embedded stack`. */
  note(text: string): void
  /** Where the run stands; about once a second. `recorder` has more of the same, for who asks. */
  update(snapshot: RunSnapshot, recorder: Pick<RunRecorder, 'distributions'>): void
  /** A step of a flow that ended; only where every step is to be shown. */
  step?: ((text: string) => void) | undefined
}

/** One load test to be made. */
export type LoadTest = {
  config: LoadTestConfig
  /** For `config.json`: the values with their sources, free of secrets. */
  document: unknown
  redact: Redactor
  /** Environment variables, with those of an env file. */
  environment: Environment
  /** Version of this program. */
  version: string
  /** Absolute path of the folder under which the run gets its own. */
  resultsDirectory: string
  /** First and second interruption. */
  interrupt: AbortSignal
  forced: AbortSignal
  view: RunView
  /** What the run has to be as good as. */
  baseline?: Baseline | undefined
  /** Who says when users come. @default the load profile's own clock */
  conductor?: Conductor
}

/** A run that took place. */
export type CompletedRun = { summary: Summary; folder: RunFolder }

/**
 * Makes one load test, from configuration to summary: target, wallets, users, books.
 *
 * What fails before a coin has moved and the first user comes is thrown, and leaves no folder behind; from then on, there is a
 * summary, and what is left of the coins is returned.
 *
 * @param given a target and client that are there already and stay; otherwise the run opens its own, and closes them
 * @throws LoadTestError RESULTS_UNWRITABLE, TESTBED_START_FAILED, TARGET_NOT_READY, CHAIN_*, ...
 */
export async function runLoadTest(test: LoadTest, given?: RunStage): Promise<CompletedRun> {
  const { config, redact, view } = test
  const startedAt = new Date()
  const runId = makeRunId(startedAt, Math.random)
  const { thresholds } = parseThresholds(config.thresholds)
  const folder = await createRunFolder({ resultsDir: test.resultsDirectory, runId, redact })
  const stop = createStopControl({ ...test, graceMs: config.load.graceMs })
  const open: { close(): Promise<unknown> }[] = []
  /** Returns the coins of the wallets; there from the first of them until they are back. */
  let settle: (() => Promise<MoneySettlement>) | undefined
  let begun = false
  try {
    await folder.writeConfig(test.document)
    const stage =
      given ??
      (await openRunStage({
        config,
        environment: test.environment,
        runId,
        note: view.note,
        signal: stop.starting,
      }))
    if (given === undefined) open.push(stage)
    watchTarget(stage, stop)
    const { target, client } = stage
    const versions = { 'vana-load': test.version, '@opendatalabs/vana-sdk': sdkVersion() }
    await folder.writeEnvironment(describeEnvironment({ target, versions }))
    // A client that others used before has made calls of its own.
    const stalls = watchStalls(client.connection, view.note)
    const rpcBefore = given === undefined ? noRpcCalls : rpcTotalsOf(client, stalls)
    const grantees = await watchGrantees({
      config,
      target,
      rpc: client.connection.rpc,
      note: view.note,
      signal: stop.starting,
    })
    const wallets = await openUserWallets({
      config,
      target,
      connection: client.connection,
      redact,
      user: `run ${runId}`,
      journalFile: folder.file('funding'),
      note: view.note,
      signal: stop.starting,
      forced: endsAtOnce(test.forced, stage, config),
    })
    open.push(wallets)
    settle = () => settleRunMoney(wallets)

    if (config.flow.submission === 'direct') view.note('funding the first users')
    await fundFirst(wallets, stop)
    begun = true
    const identity = {
      id: runId,
      preset: config.preset,
      target: target.name,
      seed: config.seed,
      startedAt: new Date().toISOString(),
    }
    const resources = startResourceSampler()
    const components = await watchComponents(target, client.connection, config.secrets.apiServerToken)
    open.push(components)
    const profile = loadProfileOf(config)
    const protection = createTargetProtection({
      config,
      profile,
      clock: systemClock,
      note: view.note,
      stop: stop.stop,
    })
    const recorder = createRunRecorder({
      run: identity,
      planned: shareOf(config.users, config.load.part),
      redact,
      resources,
      rpcTotals: () => rpcSince(rpcBefore, rpcTotalsOf(client, stalls)),
      components,
      apiServerCalls: components.apiServerCalls,
      funding: wallets.fundingState,
      spending: () => ({
        spentWei: String(wallets.spentWei()),
        capWei: String(config.limits.maxSpendWei),
      }),
      protection,
    })
    if (stop.reason() === null) view.note('users are coming')
    const durationMs = await carryRun(test, {
      runId,
      client,
      wallets,
      recorder,
      folder,
      stop,
      thresholds,
      grantees,
      profile,
      protection,
      stalls,
      startFaults: stage.startFaults,
    })
    resources.stop()
    await components.close()
    if (stop.reason()?.reason === 'circuit-breaker') await Promise.race([stage.lost, sleep(lossNoticeMs)])
    const measurements = recorder.measurements()
    const money = await settle()
    settle = undefined
    const planned = shareOf(config.users, config.load.part)
    const corrected =
      stop.reason()?.reason === 'target-lost'
        ? { measurements, check: null, problems: [] }
        : await correctRun({
            ...{ folder, connection: client.connection, target, note: view.note },
            ...{ measured: measurements, recorder: { run: identity, planned, redact } },
            signal: test.forced,
          })
    const measured = buildSummary({
      version: test.version,
      run: identity,
      endedAt: new Date(),
      durationMs,
      measurements: corrected.measurements,
      finalCheck: corrected.check,
      dependencies: dependenciesOf(target),
      faults: target.faults,
      money: money.statement,
      problems: [...money.problems, ...corrected.problems],
      warnings: grantees.warnings(),
      thresholds,
      stopped: stop.reason(),
      part: config.load.part.count > 1 ? config.load.part : null,
    })
    const summary = await comparedWith(test.baseline, folder, measured)
    try {
      await folder.writeSummary(summary)
    } catch (error) {
      // The only record that is left of the run.
      view.note(outcomeWords(summary))
      throw error
    }
    return { summary, folder }
  } catch (error) {
    if (!begun) await discard(folder)
    else await settle?.()
    throw stop.reason()?.reason === 'target-lost' && stop.flows.aborted ? stop.flows.reason : error
  } finally {
    stop.dispose()
    await closeAll([...open.reverse(), ...(begun ? [folder] : [])])
  }
}

/** How long after the failures the end of the process that caused them may be noticed, in milliseconds. */
const lossNoticeMs = 1500

/** A target that ends by itself takes the run with it: flows under way fail as such, none starts any more. */
function watchTarget(target: Pick<RunStage, 'lost'>, stop: StopControl): void {
  void target.lost.then((error: LoadTestError) => {
    stop.stop({ reason: 'target-lost', message: error.message })
    stop.endFlows(error)
  })
}

function rpcTotalsOf({ connection: { rpc, feed } }: VanaLoadTestClient, stalls: StallWatch): RpcTotals {
  const { total, failed, byMethod } = rpc.calls()
  const byEndpoint = Object.fromEntries(
    rpc
      .endpoints()
      .map(({ label, state: _state, headLag: _headLag, stalledMs: _stalledMs, ...totals }) => [
        label,
        { ...totals, maxStallMs: stalls.maxStallMs(label) },
      ]),
  )
  return { calls: total, failed, byMethod, byEndpoint, clockAheadMs: feed.stats().clockAheadMs }
}

/** Compares a run with its baseline, if it has one, by the flows that it recorded. */
async function comparedWith(
  baseline: Baseline | undefined,
  folder: RunFolder,
  summary: Summary,
): Promise<Summary> {
  if (baseline === undefined) return summary
  try {
    await folder.flush()
    const { environment, config, flows } = await readRun(folder.path)
    return compareWithBaseline(baseline, { environment, config, summary }, await readFlowSamples(flows()))
  } catch (error) {
    // The run took place and its summary must be written, whatever can't be read back.
    const message = `The run could not be compared with its baseline: ${error instanceof Error ? error.message : String(error)}`
    return { ...summary, problems: [...summary.problems, { code: 'RUN_UNREADABLE', message }], exitCode: 1 }
  }
}

/** Closes every part in turn, also after one that fails; then throws the first failure. */
async function closeAll(parts: readonly { close(): Promise<unknown> }[]): Promise<void> {
  const failures: unknown[] = []
  for (const part of parts) await part.close().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}

/** How a run ended, on one line. */
function outcomeWords({ users, money }: Summary): string {
  const { fundedWei, spentWei, sweptWei, leftWei } = money
  return (
    `${users.succeeded} of ${users.planned} users succeeded; funded ${formatVana(fundedWei)}, ` +
    `spent ${formatVana(spentWei)}, returned ${formatVana(sweptWei)}, left on wallets ${formatVana(leftWei)}`
  )
}

async function discard(folder: RunFolder): Promise<void> {
  await folder.close().catch(() => undefined)
  await rm(folder.path, { recursive: true, force: true }).catch(() => undefined)
}
