/** The steps of a flow, in order. Names are fixed, because reports and tools rely on them. */
export const stepNames = [
  'data',
  'encrypt',
  'upload',
  'grantee',
  'identity',
  'grant',
  'seal',
  'sign',
  'submit',
  'confirm',
  'request',
  'result',
] as const

/** One stage of a flow, timed and classified on its own. */
export type StepName = (typeof stepNames)[number]

/** Steps by the part of the stack they exercise. */
export const stepGroups = {
  storage: ['upload', 'grant'],
  blockchain: ['grantee', 'sign', 'submit', 'confirm'],
  inference: ['identity', 'request', 'result'],
  client: ['data', 'encrypt', 'seal'],
} as const satisfies Record<string, readonly StepName[]>

/** A part of the stack that steps belong to. */
export type StepGroup = keyof typeof stepGroups
