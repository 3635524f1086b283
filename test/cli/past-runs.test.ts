import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRedactor } from '../../src/redaction/redact.ts'
import { createRunFolder } from '../../src/results/run-folder.ts'
import { healthy, type MadeRun, makeRun, overloaded } from '../report/realistic-run.ts'
import { runCli } from './run-cli.ts'

const ids = ['20260801-142233-aaaaaa', '20260801-152233-bbbbbb', '20260801-162233-cccccc']
let cwd = ''

async function store(id: string, made: MadeRun, isFinished = true): Promise<void> {
  const folder = await createRunFolder({
    resultsDir: join(cwd, 'results'),
    runId: id,
    redact: createRedactor(),
  })
  await folder.writeConfig(made.config)
  await folder.writeEnvironment(made.environment)
  for (const flow of made.flows) await folder.appendFlow(flow)
  for (const line of made.timeline) await folder.appendTimeline(line)
  if (isFinished) await folder.writeSummary({ ...made.summary, run: { ...made.summary.run, id } })
  await folder.close()
}

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'vana-load-past-'))
  const [first = '', second = '', third = ''] = ids
  await store(first, makeRun({ ...healthy, users: 60 }))
  await store(
    second,
    makeRun({ ...overloaded, users: 120, failureShare: 0.9, incident: { fromMs: 2_000, forMs: 10_000 } }),
  )
  await store(third, makeRun({ ...healthy, users: 60 }), false)
})
afterAll(() => rm(cwd, { recursive: true, force: true }))

describe('monitor', () => {
  it('lists the last runs, with those that have no summary', async () => {
    const { exitCode, stdout } = await runCli(['monitor'], { cwd })
    expect(exitCode).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(4)
    expect(lines[1]).toMatch(/^20260801-142233-aaaaaa {2}conservative +local +60 /)
    expect(lines[3]).toBe('20260801-162233-cccccc  running, or killed')
  })

  it('shows the result of a run, by the start of its id and by its summary', async () => {
    const { stdout } = await runCli(['monitor', '--file', '20260801-15', '--detailed'], { cwd })
    expect(stdout).toContain('20260801-152233-bbbbbb: burst against moksha, seed 42')
    expect(stdout).toMatch(/^ {2}success >= 85% .* ✖ failed$/m)
    expect(stdout).toMatch(/^confirm +\d+ /m)
    expect(stdout).toMatch(/x CHAIN_RATE_LIMITED/)
    const byPath = await runCli(['monitor', '--file', `results/${ids[1]}/summary.json`, '--json'], { cwd })
    expect(JSON.parse(byPath.stdout)).toMatchObject({ run: { id: ids[1] } })
  })

  it('says of a run without a summary how to follow it', async () => {
    const { exitCode, stdout, stderr } = await runCli(['monitor', '--latest'], { cwd })
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain('--watch')
  })

  it('compares runs and says how things stand, with an exit code', async () => {
    const trends = await runCli(['monitor', '--trends'], { cwd })
    expect(trends.stdout).toMatch(/conservative, 60 users, against local: 1 run$/m)
    const health = await runCli(['monitor', '--health', '--json'], { cwd })
    expect(health.exitCode).toBe(4)
    expect(JSON.parse(health.stdout)[0]).toMatchObject({ title: 'The latest run', tone: 'bad' })
  })

  it('refuses what it does not know', async () => {
    const { exitCode, stderr } = await runCli(['monitor', '--lateest', '--last', '0'], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('did you mean --latest?')
    expect((await runCli(['monitor', '--file', 'nope'], { cwd })).exitCode).toBe(2)
  })

  it('says that there are no runs', async () => {
    expect((await runCli(['monitor', '--out', 'elsewhere'], { cwd })).stdout).toContain(
      'There are no runs in ',
    )
  })
})

describe('report', () => {
  it('renders a run again into its folder, or to standard output', async () => {
    const [id = ''] = ids
    const { exitCode, stdout } = await runCli(['report', id], { cwd })
    const [path = '', ...others] = ['report.html', 'report.md', 'junit.xml'].map((file) =>
      join(cwd, 'results', id, file),
    )
    expect({ exitCode, lines: stdout.split('\n') }).toEqual({ exitCode: 0, lines: [path, ...others, ''] })
    const piped = await runCli(['report', '--format', 'html', '--stdout', id], { cwd })
    expect(piped.stdout).toBe(readFileSync(path, 'utf8'))
    expect(piped.stdout).toMatch(/^<!doctype html>/)
  })

  it('refuses a form that there is not, and a run without a summary', async () => {
    expect(await runCli(['report', '--format', 'pdf'], { cwd })).toMatchObject({ exitCode: 2, stdout: '' })
    expect(await runCli(['report'], { cwd })).toMatchObject({ exitCode: 2, stdout: '' })
  })
})

describe('compare', () => {
  it('compares runs side by side, and warns that they are different tests', async () => {
    const [first = '', second = ''] = ids
    const out = ['c.html', 'c.md'].map((name) => join(cwd, name))
    const asked = await Promise.all(
      out.map((path) => runCli(['compare', first, `results/${second}`, '--output', path], { cwd })),
    )
    for (const { exitCode, stdout } of asked) {
      expect(exitCode).toBe(0)
      expect(stdout).toContain('! Not comparable: these runs are different tests.')
      const prose = stdout.replace(/\s+/g, ' ')
      expect(prose).toContain(`Different tests Target: local in ${first}, moksha in ${second}.`)
      expect(stdout).toMatch(/^ {2}success .* ✖ worse$/m)
    }
    for (const path of out) {
      const text = readFileSync(path, 'utf8')
      expect(text).toContain(second)
      expect(text).toMatch(/CHAIN(\\)?_RATE(\\)?_LIMITED/)
      expect(text).not.toMatch(/NaN|undefined|null|\[object|<script/)
    }
    const json = await runCli(['compare', first, first, '--json'], { cwd })
    expect(JSON.parse(json.stdout)).toMatchObject({
      reference: { run: { id: first } },
      comparisons: [{ run: { id: first }, caveats: [], errors: [], verdict: 'unclear' }],
    })
  })

  it('refuses one run, a run without a summary, and a file of another form', async () => {
    const { exitCode, stderr } = await runCli(['compare', 'latest', '--output', 'c.pdf'], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('runs: found one')
    expect(stderr).toContain('--output: found c.pdf')
    expect((await runCli(['compare'], { cwd })).stderr).toContain('has no summary')
  })
})

describe('baseline', () => {
  it('is created from a run, shown, and compared with a run', async () => {
    const [id = '', other = ''] = ids
    const made = await runCli(['baseline', 'set', id, '--name', 'main', '--tolerance', 'confirm.p50=30%'], {
      cwd,
    })
    expect(made.exitCode).toBe(0)
    expect(made.stdout).toMatch(/^ {2}confirm.p50 .* 30%$/m)
    const shown = await runCli(['baseline', 'show', '--json'], { cwd })
    expect(JSON.parse(shown.stdout)).toMatchObject({ name: 'main', runs: [{ id }] })
    const alike = await runCli(['baseline', 'check', id], { cwd })
    expect(alike).toMatchObject({ exitCode: 0 })
    expect(alike.stdout).toContain('as good as the baseline')
    // The same run cannot be better than itself by more than nothing.
    const path = join(cwd, 'vana-load.baseline.json')
    const better = readFileSync(path, 'utf8').replaceAll(
      /"(value|low|high)": (\d+(\.\d+)?)/g,
      (_, key, value) => {
        return `"${key}": ${Number(value) > 100 ? Number(value) / 2 : value}`
      },
    )
    writeFileSync(path, better)
    const worse = await runCli(['baseline', 'check', id, '--json'], { cwd })
    expect(worse.exitCode).toBe(4)
    expect(JSON.parse(worse.stdout)).toMatchObject({ run: id, passed: false })
    const another = await runCli(['baseline', 'check', other], { cwd })
    expect(another.exitCode).toBe(2)
    expect(another.stderr).toContain('Target: local in the baseline, moksha in this run.')
    const run = await runCli(['run', '--users', '7', '--baseline', path], { cwd })
    expect(run.exitCode).toBe(2)
    expect(run.stderr).toContain('users: 60 in the baseline, 7 in this run')
  })

  it('says what is missing', async () => {
    const missing = await runCli(['baseline', 'check', '--file', 'none.json'], { cwd })
    expect(missing.exitCode).toBe(2)
    expect(missing.stderr).toContain('vana-load baseline set')
  })
})

describe('merge', () => {
  it('refuses runs that are no parts of one', async () => {
    const [first = '', second = ''] = ids
    const { exitCode, stderr } = await runCli(['merge', first, second], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toContain(`${first} is not part of a split run`)
  })
})
