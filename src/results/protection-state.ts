import { noProtection, type Protection } from './protection-schema.ts'

/** How the protection of a target stands. */
export type ProtectionState = {
  /** Of the circuit breaker. */
  state(): string
  admittedShare(): number
  rateLimitCount(): number
  measurements(): Protection
}

/** Of a target that is not protected. */
export const unprotected: ProtectionState = {
  state: () => 'closed',
  admittedShare: () => 1,
  rateLimitCount: () => 0,
  measurements: () => noProtection,
}
