import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startProgram } from './program.fixture.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vana-load-test-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('the stand-in for the model behaves as --inference says', async () => {
  const how = ['--inference-median', '50ms', '--inference', 'spread=0,min=10ms,failures=100%']
  const { code, stdout, stderr } = await startProgram(['flow', '--json', ...how], folder).ended
  const { outcome, error } = JSON.parse(stdout || '{}')
  expect({ code, outcome, error, stderr }).toMatchObject({
    code: 4,
    outcome: 'failed',
    error: { code: 'INFERENCE_FAILED', step: 'result' },
  })
}, 120_000)
