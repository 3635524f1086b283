import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { ComponentTotals } from '../../metrics/component-usage.ts'
import type { RpcTotals } from '../../metrics/rpc-totals.ts'
import type { Redactor } from '../../redaction/redact.ts'
import { parseThresholds } from '../parse-threshold.ts'
import type { StoredRun } from '../read-run.ts'
import { createRunFolder, type RunFolder, runFiles } from '../run-folder.ts'
import { makeRunId } from '../run-id.ts'
import { createRunRecorder, type RunRecorder } from '../run-recorder.ts'
import { buildSummary } from '../summary.ts'
import type { Summary } from '../summary-schema.ts'
import { mergeFlows, readArrivals } from './merge-flows.ts'
import { type MergedSecond, mergeSeconds } from './merge-seconds.ts'
import {
  sumCounts,
  sumFinalChecks,
  sumFunding,
  sumMoney,
  sumProtection,
  sumResources,
  sumRpc,
} from './sum-parts.ts'

/** A completed part. */
export type EndedPart = StoredRun & { summary: Summary }

/**
 * Merges the parts of a split run into one run with its own folder: all flows in the order in which they ended, exact
 * percentiles, the timeline on the clock of the part that started first, and the sums of resources and money.
 *
 * The parts must belong together, see `checkParts`. The clocks of their machines are trusted.
 *
 * @throws LoadTestError RESULTS_UNWRITABLE, RUN_UNREADABLE
 * @example const { folder, summary } = await mergeRuns([one, two], { resultsDir: 'results', version, redact })
 */
export async function mergeRuns(
  parts: readonly [EndedPart, ...EndedPart[]],
  options: { resultsDir: string; version: string; redact: Redactor },
): Promise<{ folder: RunFolder; summary: Summary }> {
  const { resultsDir, version, redact } = options
  const summaries = parts.map(({ summary }) => summary)
  const startsMs = summaries.map(({ run }) => Date.parse(run.startedAt))
  const originMs = Math.min(...startsMs)
  const offsetsMs = startsMs.map((startMs) => startMs - originMs)
  const sources = parts.map(({ flows, timeline }, i) => ({ flows, timeline, offsetMs: offsetsMs[i] ?? 0 }))
  const startedAt = new Date(originMs)
  const [first] = parts
  const { preset, target, seed } = first.summary.run
  const run = {
    id: makeRunId(startedAt, Math.random),
    preset,
    target,
    seed,
    startedAt: startedAt.toISOString(),
  }
  const folder = await createRunFolder({ resultsDir, runId: run.id, redact })
  try {
    await folder.writeConfig(wholeConfig(first.config, parts))
    if (first.environment !== null) await folder.writeEnvironment(first.environment)
    const rpc = sumRpc(summaries.map((summary) => summary.rpc))
    const protection = sumProtection(summaries, offsetsMs)
    const state: ReplayState = { second: undefined, rpc: { calls: 0, failed: 0 }, rateLimits: 0 }
    const recorder = createRunRecorder({
      run,
      redact,
      planned: summaries.reduce((sum, { users }) => sum + users.planned, 0),
      rpcTotals: (): RpcTotals => ({ ...rpc, ...(state.second === undefined ? {} : state.rpc) }),
      apiServerCalls: () => first.summary.rpc.apiServer,
      resources: {
        sample: () => ({ cpuMs: 0, ...(state.second?.resources ?? unused) }),
        totals: () => sumResources(summaries),
      },
      components: {
        take: () => state.second?.components ?? {},
        totals: () => busiestComponents(summaries),
      },
      funding: () => {
        const all = sumFunding(summaries)
        return all && { ...all, ...state.second?.funding }
      },
      protection: {
        state: () => state.second?.breaker ?? 'closed',
        admittedShare: () => state.second?.admittedShare ?? 1,
        rateLimitCount: () => state.rateLimits,
        measurements: () => protection,
      },
    })
    const durationMs = Math.max(...summaries.map((one, i) => (offsetsMs[i] ?? 0) + one.run.durationMs))
    await replay({ sources, recorder, folder, state, durationMs })
    state.second = undefined
    const measurements = recorder.measurements()
    const money = sumMoney(summaries)
    const { thresholds } = parseThresholds(first.summary.thresholds.map(({ expression }) => expression))
    const built = buildSummary({
      version,
      run,
      durationMs,
      money,
      thresholds,
      dependencies: first.summary.dependencies,
      endedAt: new Date(originMs + durationMs),
      measurements: {
        ...measurements,
        funding: sumFunding(summaries),
        counters: sumCounts(summaries.map(({ counters }) => counters)),
      },
      faults: first.summary.faults,
      finalCheck: sumFinalChecks(summaries),
      stopped: summaries.find((one) => one.run.stopped !== null)?.run.stopped ?? null,
      problems: summaries.flatMap((one) => one.problems),
      warnings: summaries.flatMap((one, i) =>
        one.warnings.map((warning) => ({ ...warning, message: `${parts[i]?.id}: ${warning.message}` })),
      ),
    })
    const summary = { ...built, warnings: withoutRepeats(built.warnings, summaries) }
    await folder.writeSummary(summary)
    for (const part of parts) await appendJournal(join(part.path, runFiles.funding), folder.file('funding'))
    return { folder, summary }
  } finally {
    await folder.close()
  }
}

/** Keeps, of a warning that a part has, the one that names the part. */
function withoutRepeats(warnings: Summary['warnings'], summaries: readonly Summary[]): Summary['warnings'] {
  const ofParts = summaries.flatMap((one) => one.warnings)
  const own = warnings.slice(0, warnings.length - ofParts.length)
  const codes = new Set(ofParts.map(({ code }) => code))
  return [...own.filter(({ code }) => !codes.has(code)), ...warnings.slice(own.length)]
}

const configSchema = z.looseObject({
  settings: z.record(z.string(), z.unknown()),
  values: z.record(z.string(), z.unknown()),
})

/** Returns the configuration of the whole run: that of a part, without its being a part. */
function wholeConfig(config: unknown, parts: readonly EndedPart[]): unknown {
  const { data } = configSchema.safeParse(config)
  if (data === undefined) return config
  const load = z.record(z.string(), z.unknown()).safeParse(data.settings.load).data
  const { part: _part, ...others } = load ?? {}
  const source = `merged from ${parts.map(({ id }) => id).join(', ')}`
  return {
    ...data,
    settings: { ...data.settings, ...(load === undefined ? {} : { load: others }) },
    values: { ...data.values, 'load.part': { value: '1/1', source } },
  }
}

/** Concatenates the money journals of the parts, since each paid from its own funder. */
async function appendJournal(from: string, to: string): Promise<void> {
  const journal = await readFile(from).catch(() => null)
  if (journal !== null) await appendFile(to, journal, { mode: 0o600 })
}

type ReplayState = {
  /** The second being closed; after the last, the totals apply. */
  second: MergedSecond | undefined
  /** Calls and rate limits up to it. */
  rpc: { calls: number; failed: number }
  rateLimits: number
}

const unused: MergedSecond['resources'] = {
  cpuCores: 0,
  machineShare: null,
  rssBytes: 0,
  heapUsedBytes: 0,
  eventLoopDelayMs: { mean: 0, p50: 0, p99: 0, max: 0 },
}

const emptySecond: MergedSecond = {
  phase: null,
  rpc: { calls: 0, failed: 0 },
  resources: unused,
  components: {},
  funding: null,
  rateLimits: 0,
  breaker: null,
  admittedShare: 1,
}

/** Replays the whole run: arrivals, starts and ends in order, and a line every second. */
async function replay(what: {
  sources: Parameters<typeof readArrivals>[0] & Parameters<typeof mergeSeconds>[0]
  recorder: RunRecorder
  folder: RunFolder
  state: ReplayState
  durationMs: number
}): Promise<void> {
  const { sources, recorder, folder, state, durationMs } = what
  const { dueMs, starts } = await readArrivals(sources)
  const seconds = await mergeSeconds(sources)
  let nextDue = 0
  let nextStart = 0
  let second = 1
  /** Closes all seconds before a time. */
  const closeUntil = async (ms: number): Promise<void> => {
    for (; second * 1000 < ms; second += 1) {
      const merged = seconds.get(second) ?? emptySecond
      const atMs = second * 1000
      for (; (dueMs[nextDue] ?? Number.POSITIVE_INFINITY) <= atMs; nextDue += 1) recorder.arrived()
      for (let start = starts[nextStart]; start && start.atMs <= atMs; start = starts[++nextStart]) {
        recorder.started(start)
      }
      state.second = merged
      state.rpc = {
        calls: state.rpc.calls + merged.rpc.calls,
        failed: state.rpc.failed + merged.rpc.failed,
      }
      state.rateLimits += merged.rateLimits
      if (merged.phase !== null) recorder.phase(merged.phase)
      await folder.appendTimeline(recorder.tick(atMs))
    }
  }
  for await (const flow of mergeFlows(sources)) {
    await closeUntil(flow.endedMs)
    recorder.ended(flow)
    await folder.appendFlow(flow)
  }
  await closeUntil(Math.max(durationMs, ...[...seconds.keys()].map((one) => one * 1000)) + 1000)
}

/** All parts see the same stack, so this takes each component from the part that saw the highest use. */
function busiestComponents(summaries: readonly Summary[]): Record<string, ComponentTotals> {
  const found: Record<string, ComponentTotals> = {}
  for (const { components } of summaries) {
    for (const [name, { cpuMsPerFlow: _, ...totals }] of Object.entries(components)) {
      if ((totals.cpuMs ?? 0) >= (found[name]?.cpuMs ?? 0)) found[name] = totals
    }
  }
  return found
}
