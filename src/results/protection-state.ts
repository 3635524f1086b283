import { noProtection, type Protection } from './protection-schema.ts'

/** Current state of the protection of a target. */
export type ProtectionState = {
  /** State of the circuit breaker. */
  state(): string
  admittedShare(): number
  rateLimitCount(): number
  measurements(): Protection
}

/** State of a target without protection. */
export const unprotected: ProtectionState = {
  state: () => 'closed',
  admittedShare: () => 1,
  rateLimitCount: () => 0,
  measurements: () => noProtection,
}
