import type { StepName } from '../../flow/steps.ts'

/** Color of each step: the hue of its group in a shade of its own. */
export const stepColors: Record<StepName, string> = {
  data: 'client-1',
  encrypt: 'client-2',
  upload: 'storage-1',
  grantee: 'blockchain-1',
  identity: 'inference-1',
  grant: 'storage-2',
  seal: 'client-1',
  sign: 'blockchain-1',
  submit: 'blockchain-2',
  confirm: 'blockchain-3',
  request: 'inference-2',
  result: 'inference-3',
}
