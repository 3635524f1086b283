import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { FlowRecord } from '../flow/flow-record.ts'
import type { Redactor } from '../redaction/redact.ts'
import { openLineWriter } from './line-writer.ts'
import { replaceLines } from './replace-lines.ts'
import type { Summary } from './summary-schema.ts'
import type { TimelineLine } from './timeline-line.ts'
import { writeAtomically } from './write-atomically.ts'

/** Files of a run's folder. */
export const runFiles = {
  config: 'config.json',
  environment: 'environment.json',
  flows: 'flows.ndjson',
  timeline: 'timeline.ndjson',
  funding: 'funding.ndjson',
  summary: 'summary.json',
  html: 'report.html',
  markdown: 'report.md',
  junit: 'junit.xml',
} as const

/** A rendered report for a run's folder. */
export type ReportFile = 'html' | 'markdown' | 'junit'

/** A run's folder, open for writing. Redacts everything that it writes. */
export type RunFolder = {
  /** Absolute path. */
  path: string
  /** Absolute path of one of its files. */
  file(name: keyof typeof runFiles): string
  writeConfig(config: unknown): Promise<void>
  writeEnvironment(environment: unknown): Promise<void>
  /** Appends a flow. Makes the caller wait only if the disk is far behind. */
  appendFlow(record: FlowRecord): Promise<void>
  /** Appends a second of the timeline and passes flows and timeline to the operating system. */
  appendTimeline(line: TimelineLine): Promise<void>
  /**
   * Replaces flows by number, all of them or none. No flow can be appended afterwards.
   */
  correctFlows(records: ReadonlyMap<number, FlowRecord>): Promise<void>
  /** Passes all flows and seconds so far to the operating system, to be read back. */
  flush(): Promise<void>
  /** Writes `summary.json` atomically. */
  writeSummary(summary: Summary): Promise<void>
  writeReport(kind: ReportFile, content: string): Promise<void>
  /** Makes flows and timeline durable. Summary and reports may still be written. */
  close(): Promise<void>
}

/**
 * Creates `<resultsDir>/<runId>/` with its files for flows and timeline, which shows at once whether results can be written.
 *
 * Every function throws `RESULTS_UNWRITABLE` if a write fails.
 *
 * @example
 * const folder = await createRunFolder({ resultsDir: 'results', runId: makeRunId(new Date(), Math.random), redact })
 */
export async function createRunFolder(options: {
  resultsDir: string
  runId: string
  redact: Redactor
}): Promise<RunFolder> {
  const { resultsDir, runId, redact } = options
  const path = resolve(resultsDir, runId)
  const file = (name: keyof typeof runFiles) => join(path, runFiles[name])

  const [flows, timeline] = await explained(path, async () => {
    await mkdir(resolve(resultsDir), { recursive: true })
    // Not recursive, since an existing folder contains another run.
    await mkdir(path)
    const flowWriter = await openLineWriter(file('flows'))
    try {
      return [flowWriter, await openLineWriter(file('timeline'))] as const
    } catch (error) {
      await flowWriter.close()
      throw error
    }
  })

  const writeJson = (name: keyof typeof runFiles, value: unknown) =>
    explained(path, () => writeAtomically(file(name), `${JSON.stringify(redact.deep(value), null, 2)}\n`))
  const line = (value: unknown) => JSON.stringify(redact.deep(value))

  return {
    path,
    file,
    writeConfig: (config) => writeJson('config', config),
    writeEnvironment: (environment) => writeJson('environment', environment),
    appendFlow: (record) => explained(path, () => flows.write(line(record))),
    appendTimeline: (second) =>
      explained(path, async () => {
        await timeline.write(line(second))
        await Promise.all([flows.flush(), timeline.flush()])
      }),
    correctFlows: (records) =>
      explained(path, async () => {
        await flows.close()
        await replaceLines(file('flows'), (text) => {
          const record = records.get((JSON.parse(text) as FlowRecord).index)
          return record === undefined ? text : line(record)
        })
      }),
    flush: () =>
      explained(path, async () => {
        await Promise.all([flows.flush(), timeline.flush()])
      }),
    writeSummary: (summary) => writeJson('summary', summary),
    writeReport: openForReports(path, redact).writeReport,
    close: () =>
      explained(path, async () => {
        const closed = await Promise.allSettled([flows.close(), timeline.close()])
        for (const result of closed) if (result.status === 'rejected') throw result.reason
      }),
  }
}

/**
 * Opens the folder of a finished run to write its reports again.
 *
 * @example await writeReports(openForReports('results/20260801-142233-7f3k9a', redact))
 */
export function openForReports(path: string, redact: Redactor): Pick<RunFolder, 'path' | 'writeReport'> {
  return {
    path,
    writeReport: (kind, content) =>
      explained(path, () => writeAtomically(join(path, runFiles[kind]), redact.text(content))),
  }
}

async function explained<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new LoadTestError('RESULTS_UNWRITABLE', `Cannot write results to ${path}: ${reason}`, {
      cause,
      details: { path },
    })
  }
}
