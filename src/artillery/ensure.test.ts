import { expect, it } from 'vitest'
import { parseThresholds } from '../results/parse-threshold.ts'
import { ensureOf } from './ensure.ts'

const expressionsOf = (...thresholds: string[]) =>
  ensureOf(parseThresholds(thresholds).thresholds)?.conditions.map(({ expression }) => expression)

it('turns thresholds on success, flows and steps into conditions on Artillery metrics', () => {
  expect(
    expressionsOf('success >= 85%', 'flow.p95 < 45s', 'step.confirm.p99 <= 8s', 'upload.mean < 1s'),
  ).toEqual([
    'vana_flows_succeeded >= 0.85 * vana_flows_ended',
    'vana_flow_ms.p95 < 45000',
    'vana_step_confirm_ms.p99 <= 8000',
    'vana_step_upload_ms.mean < 1000',
  ])
})

it('leaves to the run what Artillery does not measure', () => {
  expect(expressionsOf('rpc.failed < 1%', 'flowFromDue.p95 < 1s', 'group.storage.p95 < 1s')).toBeUndefined()
  expect(expressionsOf()).toBeUndefined()
})
