import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { healthy, makeRun, overloaded } from '../../test/report/realistic-run.ts'
import type { FlowRecord } from '../flow/flow-record.ts'
import { createRedactor } from '../redaction/redact.ts'
import { createLineWriter } from './line-writer.ts'
import { findRun, listRuns, readRun } from './read-run.ts'
import { remeasure } from './remeasure.ts'
import { createRunFolder } from './run-folder.ts'
import { makeRunId, runIdPattern } from './run-id.ts'
import { createRunRecorder } from './run-recorder.ts'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vana-load-results-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

const folderOf = (runId = '20260801-142233-7f3k9a', redact = createRedactor()) =>
  createRunFolder({ resultsDir: join(dir, 'results'), runId, redact })

describe('a written run', () => {
  it('is read back unchanged', async () => {
    const made = makeRun({ ...overloaded, users: 80 })
    const folder = await folderOf()
    await folder.writeConfig(made.config)
    await folder.writeEnvironment(made.environment)
    for (const flow of made.flows) await folder.appendFlow(flow)
    for (const line of made.timeline) await folder.appendTimeline(line)
    await folder.close()
    await folder.writeSummary(made.summary)
    await folder.writeReport('markdown', '# report\n')

    const stored = await readRun(folder.path)
    expect(stored.summary).toEqual(made.summary)
    expect(stored.environment).toEqual(made.environment)
    expect(stored.config).toEqual(made.config)
    expect(await collect(stored.flows())).toEqual(made.flows)
    expect(await collect(stored.timeline())).toEqual(made.timeline)
    expect((await readdir(folder.path)).toSorted()).toEqual([
      'config.json',
      'environment.json',
      'flows.ndjson',
      'report.md',
      'summary.json',
      'timeline.ndjson',
    ])
  })

  it('keeps corrected flows in their places, one line each, and is measured by them', async () => {
    const made = makeRun({ ...healthy, users: 40 })
    const folder = await folderOf()
    for (const flow of made.flows) await folder.appendFlow(flow)
    const succeeded = made.flows.filter(({ outcome }) => outcome === 'succeeded')
    const lost = succeeded.slice(3, 5).map((flow): FlowRecord => {
      const error = { code: 'TX_REORGED', step: 'confirm', message: 'gone', retriable: false } as const
      const tx = flow.tx && {
        ...flow.tx,
        permissionId: null,
        blockNumber: null,
        gasUsed: null,
        gasPriceWei: null,
      }
      return { ...flow, outcome: 'failed', tx, error }
    })
    const records = new Map(lost.map((flow) => [flow.index, flow]))
    await folder.correctFlows(records)
    await folder.close()

    const expected = made.flows.map((flow) => records.get(flow.index) ?? flow)
    const { flows } = await readRun(folder.path)
    expect(await collect(flows())).toEqual(expected)
    const parts = { run: made.summary.run, planned: 40, redact: createRedactor() }
    const corrected = await remeasure(made.summary, flows(), parts)
    expect(corrected.users).toEqual({
      ...made.summary.users,
      succeeded: succeeded.length - 2,
      failed: made.summary.users.failed + 2,
    })
    expect(corrected.latencyMs.flow.count).toBe(succeeded.length - 2)
    expect(corrected.permissions.count).toBe(made.summary.permissions.count - 2)
    expect(corrected.arrivals).toEqual(made.summary.arrivals)
    expect(corrected.errors.find(({ code }) => code === 'TX_REORGED')?.count).toBe(2)
  })

  it('gives the same measurements when its flows are replayed', async () => {
    const made = makeRun({ ...overloaded, users: 80 })
    const folder = await folderOf()
    for (const flow of made.flows) await folder.appendFlow(flow)
    await folder.close()
    const recorder = createRunRecorder({
      run: made.summary.run,
      planned: 80,
      redact: createRedactor(),
      resources: null,
    })
    for await (const flow of (await readRun(folder.path)).flows()) recorder.replay(flow)
    const again = recorder.measurements()
    expect(again.users).toEqual(made.summary.users)
    expect(again.latencyMs.flow).toEqual(made.summary.latencyMs.flow)
    expect(again.latencyMs.steps.confirm).toEqual(made.summary.latencyMs.steps.confirm)
    expect(again.gas).toEqual(made.summary.gas)
  })

  it('contains no secret in any file', async () => {
    const secret = 'correct-horse-battery-staple'
    const redact = createRedactor()
    redact.register(secret)
    const made = makeRun({ ...overloaded, users: 60, errorText: `used ${secret} at https://u:p@host/` })
    const folder = await folderOf(undefined, redact)
    await folder.writeConfig({ note: secret, mnemonic: 'anything' })
    await folder.writeEnvironment({ rpc: `https://rpc/?apikey=abcdef`, note: secret })
    for (const flow of made.flows) await folder.appendFlow(flow)
    for (const line of made.timeline) await folder.appendTimeline(line)
    await folder.writeSummary(made.summary)
    await folder.writeReport('html', `<p>${secret}</p>`)
    await folder.close()
    for (const name of await readdir(folder.path)) {
      const text = await readFile(join(folder.path, name), 'utf8')
      expect(text, name).not.toMatch(/correct-horse|u:p@|abcdef|anything/)
      expect(text.length, name).toBeGreaterThan(0)
    }
  })
})

describe('a run in progress', () => {
  it('can be read: no summary yet, and the line being written is left out', async () => {
    const made = makeRun({ ...healthy, users: 10 })
    const [first, second] = made.flows
    const folder = await folderOf()
    await folder.appendFlow(first as FlowRecord)
    await folder.appendTimeline(made.timeline[0] as (typeof made.timeline)[number])
    await writeFile(folder.file('flows'), JSON.stringify(createRedactor().deep(second)).slice(0, 50), {
      flag: 'a',
    })
    const stored = await readRun(folder.path)
    expect(stored.summary).toBeNull()
    expect(await collect(stored.flows())).toEqual([first])
    expect(await collect(stored.timeline())).toHaveLength(1)
    await folder.close()
  })

  it('passes flows to the operating system as they end, at the latest with each second of the timeline', async () => {
    const made = makeRun({ ...healthy, users: 10 })
    const folder = await folderOf()
    const written = () => readFile(folder.file('flows'), 'utf8')
    await folder.appendFlow(made.flows[0] as FlowRecord)
    // Only time is needed.
    while ((await written()) === '') await new Promise((resolve) => setImmediate(resolve))
    expect(await written()).toMatch(/^\{.*\}\n$/)
    await folder.appendFlow(made.flows[1] as FlowRecord)
    await folder.appendTimeline(made.timeline[0] as (typeof made.timeline)[number])
    expect(await written()).toMatch(/^\{.*\}\n\{.*\}\n$/)
    await folder.close()
  })
})

describe('what cannot be written or read', () => {
  it('a folder that cannot be created is reported before the run', async () => {
    await writeFile(join(dir, 'results'), 'a file, not a folder')
    await expect(folderOf()).rejects.toMatchObject({ code: 'RESULTS_UNWRITABLE' })
  })

  it.skipIf(process.getuid?.() === 0)('a folder without permission is reported before the run', async () => {
    await chmod(dir, 0o500)
    await expect(folderOf()).rejects.toMatchObject({ code: 'RESULTS_UNWRITABLE' })
    await chmod(dir, 0o700)
  })

  it('another run is never overwritten', async () => {
    await (await folderOf()).close()
    await expect(folderOf()).rejects.toMatchObject({ code: 'RESULTS_UNWRITABLE' })
  })

  it('an invalid line is reported by number', async () => {
    const folder = await folderOf()
    await folder.close()
    await writeFile(folder.file('flows'), '{"index":-1}\n')
    const stored = await readRun(folder.path)
    await expect(collect(stored.flows())).rejects.toMatchObject({
      code: 'RUN_UNREADABLE',
      message: expect.stringContaining('Line 1 of'),
    })
  })

  it('a summary of another version is reported', async () => {
    const folder = await folderOf()
    await folder.close()
    await writeFile(folder.file('summary'), '{"schemaVersion":2}')
    await expect(readRun(folder.path)).rejects.toMatchObject({ code: 'RUN_UNREADABLE' })
  })
})

describe('finding runs', () => {
  it('finds a run by latest, id, beginning of an id, or path, and ignores other folders', async () => {
    for (const id of ['20260801-142233-aaaaaa', '20260802-090000-bbbbbb', 'baseline']) {
      await (await folderOf(id)).close()
    }
    const results = join(dir, 'results')
    expect(await listRuns(results)).toEqual(['20260801-142233-aaaaaa', '20260802-090000-bbbbbb'])
    expect(await findRun(results, 'latest')).toBe(join(results, '20260802-090000-bbbbbb'))
    expect(await findRun(results, 'previous')).toBe(join(results, '20260801-142233-aaaaaa'))
    expect(await findRun(results, join(results, 'baseline', 'summary.json'))).toBe(join(results, 'baseline'))
    expect(await findRun(results, '20260801')).toBe(join(results, '20260801-142233-aaaaaa'))
    expect(await findRun(results, join(results, 'baseline'))).toBe(join(results, 'baseline'))
    await expect(findRun(results, '2026080')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
    await expect(findRun(results, 'nothing')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
    await expect(findRun(join(dir, 'none'), 'latest')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
  })

  it('makes ids that sort by time', () => {
    const early = makeRunId(new Date('2026-08-01T14:22:33.999Z'), () => 0.999)
    const late = makeRunId(new Date('2026-08-01T14:22:34.000Z'), () => 0)
    expect(early).toMatch(runIdPattern)
    expect([late, early].toSorted()).toEqual([early, late])
    expect(late).toBe('20260801-142234-000000')
  })
})

describe('createLineWriter', () => {
  /** A file whose writes finish on request. */
  function slowFile() {
    const written: string[] = []
    const waiting: { resolve(): void; reject(error: unknown): void }[] = []
    return {
      written,
      waiting,
      appendFile: (text: unknown) =>
        new Promise<void>((resolve, reject) => {
          written.push(String(text))
          waiting.push({ resolve, reject })
        }),
      sync: async () => {},
      close: async () => {},
    }
  }

  it('waits for a disk that is far behind, without losing or reordering lines', async () => {
    const file = slowFile()
    const writer = createLineWriter(file)
    const line = 'x'.repeat(1024 * 1024)
    for (let i = 0; i < 3; i += 1) await writer.write(`${i}${line}`)
    let through = false
    const fourth = writer.write(`3${line}`).then(() => {
      through = true
    })
    await Promise.resolve()
    expect(through).toBe(false)
    while (!through) {
      file.waiting.shift()?.resolve()
      await new Promise((resolve) => setImmediate(resolve))
    }
    await fourth
    expect(
      file.written
        .join('')
        .split('\n')
        .map((text) => text[0]),
    ).toEqual(['0', '1', '2', '3', undefined])
  })

  it('reports a failed write in every later call', async () => {
    const file = slowFile()
    const writer = createLineWriter(file)
    await writer.write('a')
    const flushed = writer.flush()
    file.waiting.shift()?.reject(new Error('ENOSPC'))
    await expect(flushed).rejects.toThrow('ENOSPC')
    await expect(writer.write('b')).rejects.toThrow('ENOSPC')
    await expect(writer.close()).rejects.toThrow('ENOSPC')
  })

  it('writes later lines after a flush of nothing', async () => {
    const file = slowFile()
    const writer = createLineWriter(file)
    await writer.flush()
    await writer.write('a')
    const flushed = writer.flush()
    file.waiting.shift()?.resolve()
    await flushed
    expect(file.written).toEqual(['a\n'])
  })
})
