import type { FlowRecord } from '../flow/flow-record.ts'
import { stepNames } from '../flow/steps.ts'
import type { Redactor } from '../redaction/redact.ts'
import type { NotableFlow } from './measurements-schema.ts'

/** Number of flows of each kind to keep for the report. */
const most = 10
/** Number of flows to keep per error class; more of the same add nothing. */
const mostOfAKind = 3

/** Longest message to keep. */
const longestMessage = 600

/** Keeps a few notable flows out of any number. */
export type NotableFlows = {
  record(flow: FlowRecord): void
  /** The slowest successful flows, slowest first. */
  slowest(): NotableFlow[]
  /** The first few unsuccessful flows of each code and step, in order of their end. */
  unsuccessful(): NotableFlow[]
}

/** Makes an empty collection. */
export function createNotableFlows(redact: Pick<Redactor, 'text'>): NotableFlows {
  let slowest: NotableFlow[] = []
  const unsuccessful: NotableFlow[] = []
  const kinds = new Map<string, number>()

  return {
    record(flow) {
      if (flow.outcome === 'succeeded') {
        const durationMs = flow.startedMs === null ? 0 : flow.endedMs - flow.startedMs
        const shortest = slowest.at(-1)?.durationMs ?? 0
        if (slowest.length >= most && durationMs <= shortest) return
        slowest = [...slowest, describe(flow, redact)]
          .sort((a, b) => (b.durationMs ?? 0) - (a.durationMs ?? 0) || a.index - b.index)
          .slice(0, most)
        return
      }
      if (unsuccessful.length >= most * 2) return
      const kind = `${flow.outcome} ${flow.error?.code ?? flow.droppedBecause} ${flow.error?.step}`
      const seen = kinds.get(kind) ?? 0
      if (seen >= mostOfAKind) return
      kinds.set(kind, seen + 1)
      unsuccessful.push(describe(flow, redact))
    },
    slowest: () => [...slowest],
    unsuccessful: () => [...unsuccessful],
  }
}

function describe(flow: FlowRecord, redact: Pick<Redactor, 'text'>): NotableFlow {
  const message = flow.error?.message ?? flow.droppedBecause
  const step = flow.error?.step ?? longestStep(flow)
  return {
    index: flow.index,
    wallet: flow.wallet,
    outcome: flow.outcome,
    dueMs: flow.dueMs,
    durationMs: flow.startedMs === null ? null : Math.max(0, flow.endedMs - flow.startedMs),
    step,
    stepMs: step === null ? null : (flow.steps[step] ?? null),
    txHash: flow.tx?.hash ?? null,
    code: flow.error?.code ?? null,
    message: message === null ? null : redact.text(message).slice(0, longestMessage),
  }
}

function longestStep(flow: FlowRecord) {
  return stepNames
    .filter((step) => flow.steps[step] !== undefined)
    .reduce<(typeof stepNames)[number] | null>(
      (longest, step) =>
        longest === null || (flow.steps[step] ?? 0) > (flow.steps[longest] ?? 0) ? step : longest,
      null,
    )
}
