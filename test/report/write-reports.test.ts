import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createRedactor } from '../../src/redaction/redact.ts'
import { writeReports } from '../../src/report/write-reports.ts'
import { createRunFolder, openForReports } from '../../src/results/run-folder.ts'
import { makeRun, overloaded } from './realistic-run.ts'

it('a run writes all its reports, and rendering them again later gives the same', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'vana-load-reports-'))
  try {
    const made = makeRun({ ...overloaded, users: 100 })
    const redact = createRedactor()
    const folder = await createRunFolder({ resultsDir: dir, runId: made.summary.run.id, redact })
    await folder.writeConfig(made.config)
    await folder.writeEnvironment(made.environment)
    for (const line of made.timeline) await folder.appendTimeline(line)
    await folder.close()
    await folder.writeSummary(made.summary)
    const data = await writeReports(folder)
    expect(data.timeline.points.length).toBeGreaterThan(10)

    const names = ['html', 'markdown', 'junit'] as const
    const first = await Promise.all(names.map((name) => readFile(folder.file(name), 'utf8')))
    expect(first[0]).toContain('Configuration: 6 values')
    expect(first[0]).toContain('https://rpc.moksha.vana.org')
    expect(first[1]).toContain('## Thresholds')
    expect(first[2]).toContain('<testsuites')

    await writeReports(openForReports(folder.path, redact))
    expect(await Promise.all(names.map((name) => readFile(folder.file(name), 'utf8')))).toEqual(first)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})

it('a run without a summary has no report, and says why', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'vana-load-reports-'))
  try {
    const folder = await createRunFolder({ resultsDir: dir, runId: 'x', redact: createRedactor() })
    await folder.close()
    await expect(writeReports(folder)).rejects.toMatchObject({ code: 'RUN_UNREADABLE' })
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
