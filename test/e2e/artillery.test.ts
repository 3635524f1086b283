import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { callbackify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { type RunningProgram, startProgram } from './program.fixture.ts'

type Context = { vars: Record<string, unknown> }
type Fn = (context: Context, emitter: { emit(...args: unknown[]): void }) => Promise<void>
type Processor = { begin: Fn; flow: Fn; part: Fn; end: Fn }

let folder: string
let testbed: RunningProgram

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vana-load-test-'))
  testbed = startProgram(['testbed', '--json', '--inference-median', '50ms'], folder)
  const [document] = await testbed.says(/^\{.*\}$/m)
  writeFileSync(join(folder, 'target.json'), document)
  process.env.VANA_LOAD_OUT = join(folder, 'results')
  process.env.VANA_LOAD_QUIET = 'true'
}, 120_000)

afterAll(async () => {
  delete process.env.VANA_LOAD_OUT
  delete process.env.VANA_LOAD_QUIET
  testbed.child.kill('SIGTERM')
  await testbed.ended
  rmSync(folder, { recursive: true, force: true })
})

/** Writes a bundle with the command, and loads it as Artillery does. */
async function bundle(...flags: string[]) {
  const out = join(folder, `bundle-${flags.length}-${Math.random().toString(36).slice(2)}`)
  const write = [
    'artillery',
    'write',
    '--output',
    out,
    '--target',
    'target.json',
    '--rate',
    '20',
    '--threads',
    '1',
  ]
  const { code, stderr } = await startProgram([...write, ...flags], folder).ended
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const script = parse(readFileSync(join(out, 'script.yml'), 'utf8'))
  const ns = await import(pathToFileURL(join(out, script.config.processor)).href)
  const processor: Processor = { ...ns.default, ...ns }
  const counts: Record<string, number> = {}
  const emitter = {
    emit: (...[kind, name, value]: unknown[]) => {
      if (kind === 'counter') counts[String(name)] = (counts[String(name)] ?? 0) + Number(value)
    },
  }
  const vars = { $scenarioFile: join(out, 'script.yml'), vanaLoad: script.config.variables.vanaLoad }
  const hook: Context = { vars: { ...vars } }
  /** One virtual user: Artillery copies the variables of `before`, and calls with a callback. */
  const call = (name: 'flow' | 'part') =>
    new Promise<string | undefined>((resolve) => {
      const context = { vars: JSON.parse(JSON.stringify(hook.vars)) }
      callbackify(processor[name])(context, emitter, (error) =>
        resolve((error as { code?: string } | null)?.code),
      )
    })
  return { out, processor, hook, emitter, counts, call }
}

const runsIn = (): string[] => readdirSync(join(folder, 'results')).sort()
const summaryOf = (run: string | undefined) =>
  JSON.parse(readFileSync(join(folder, 'results', run ?? '', 'summary.json'), 'utf8'))

describe('a bundle for Artillery', () => {
  it('runs the flows of users, rejects more users than the load has, and settles the money at the end', async () => {
    const { processor, hook, emitter, counts, call } = await bundle('--users', '3')
    await processor.begin(hook, emitter)
    expect(await Promise.all([call('flow'), call('flow'), call('flow')])).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(await call('flow')).toMatch(/CONFIG_INVALID|ABORTED/)
    await processor.end(hook, emitter)
    expect(counts).toMatchObject({ vana_flows_ended: 3, vana_flows_succeeded: 3, vana_flows_failed: 0 })
    const summary = summaryOf(runsIn().at(-1))
    expect(summary).toMatchObject({ exitCode: 0, problems: [], users: { planned: 3, succeeded: 3 } })
    const { fundedWei, spentWei, sweptWei } = summary.money
    expect(BigInt(fundedWei)).toBe(BigInt(spentWei) + BigInt(sweptWei))
  }, 120_000)

  it('stops an interrupted part of a load, returns the funds and writes its results', async () => {
    const { processor, hook, emitter, counts, call } = await bundle(
      '--users',
      '400',
      '--form',
      'part',
      '--part',
      '2/2',
    )
    await processor.begin(hook, emitter)
    const ended = call('part')
    await vi.waitFor(() => expect(counts.vana_flows_succeeded).toBeGreaterThan(0), { timeout: 30_000 })
    await processor.end(hook, emitter)
    expect(await ended).toBe('ABORTED')
    const { exitCode, run, users, problems } = summaryOf(runsIn().at(-1))
    expect({ exitCode, problems, part: run.part, stopped: run.stopped.reason }).toEqual({
      exitCode: 130,
      problems: [],
      part: { index: 1, count: 2 },
      stopped: 'interrupted',
    })
    expect(counts).toMatchObject({ vana_flows_ended: 200, vana_flows_succeeded: users.succeeded })
  }, 120_000)

  it('counts no user as misconfigured when it is interrupted while users come', async () => {
    const { processor, hook, emitter, counts, call } = await bundle('--users', '60')
    await processor.begin(hook, emitter)
    const codes: Promise<string | undefined>[] = Array.from({ length: 15 }, () => call('flow'))
    await vi.waitFor(() => expect(counts.vana_flows_succeeded).toBeGreaterThan(0), { timeout: 30_000 })
    const ended = processor.end(hook, emitter)
    // Artillery's own users do not stop at once.
    while (codes.length < 60) {
      codes.push(call('flow'))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await ended
    const seen = new Set(await Promise.all(codes))
    expect(seen).not.toContain('CONFIG_INVALID')
    expect([...seen].filter((code) => code !== undefined && !/^(ABORTED|DROPPED_\w+)$/.test(code))).toEqual(
      [],
    )
    const { exitCode, problems, users } = summaryOf(runsIn().at(-1))
    expect({ exitCode, problems }).toEqual({ exitCode: 130, problems: [] })
    expect(counts.vana_flows_succeeded).toBe(users.succeeded)
  }, 120_000)

  it('says at the beginning what keeps it from a run', async () => {
    const { out, processor, hook, emitter } = await bundle('--users', '3')
    rmSync(join(out, 'target.json'))
    await expect(processor.begin(hook, emitter)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  }, 120_000)
})
