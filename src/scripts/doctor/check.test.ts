import { describe, expect, it } from 'vitest'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { type Check, runChecks } from './check.ts'
import { describeFindings } from './describe-findings.ts'

const fine: Check = { name: 'fine', look: async () => ({ detail: 'all well' }) }
const broken: Check = {
  name: 'broken',
  look: async () => {
    throw new LoadTestError('CHAIN_UNREACHABLE', 'Nobody is there.')
  },
}
const hanging: Check = { name: 'hanging', look: () => new Promise(() => {}) }
const obedient: Check = {
  name: 'obedient',
  look: (signal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
}
const options = { signal: new AbortController().signal, timeoutMs: 60_000 }

describe('runChecks', () => {
  it('tells what each check found, in order', async () => {
    const findings = await runChecks([fine, broken, fine], options)
    expect(findings.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['fine', 'ok'],
      ['broken', 'failed'],
      ['fine', 'ok'],
    ])
    expect(findings[1]).toMatchObject({
      detail: 'Nobody is there.',
      hint: expect.stringContaining('RPC URL'),
    })
  })

  it('looks at nothing more once the first check failed', async () => {
    const findings = await runChecks([broken, hanging], options)
    expect(findings[1]).toMatchObject({
      name: 'hanging',
      verdict: 'skipped',
      detail: expect.stringContaining('broken'),
    })
  })

  it('fails a check that does not answer in time', async () => {
    const [finding] = await runChecks([obedient], { ...options, timeoutMs: 1 })
    expect(finding).toMatchObject({ verdict: 'failed', detail: 'No answer within 1 ms.' })
  })

  it('ends with the reason when it is aborted', async () => {
    const controller = new AbortController()
    const running = runChecks([obedient], { ...options, signal: controller.signal })
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(running).rejects.toBe(reason)
  })
})

describe('describeFindings', () => {
  it('puts under each trouble what to do about it', async () => {
    const lines = describeFindings(await runChecks([fine, broken], options)).split('\n')
    expect(lines[0]).toMatch(/^ok {4}fine {4}all well {2}\(\d+ ms\)$/)
    expect(lines[1]).toMatch(/^FAIL {2}broken {2}Nobody is there\./)
    expect(lines[2]?.trim()).toBe('Check the RPC URL, and that the node is running.')
  })
})
