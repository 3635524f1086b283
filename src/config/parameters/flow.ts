import { choice, decimalNumber, wholeNumber } from '../kinds/basic.ts'
import { duration } from '../kinds/duration.ts'
import { granteeCount } from '../kinds/grantee-count.ts'
import { kindOf } from '../kinds/kind.ts'
import { optional, parameter } from '../parameter.ts'

const seconds = duration({ bareUnit: 's', minMs: 1 })
const milliseconds = duration({ bareUnit: 'ms', minMs: 1 })
const promptTemplate = kindOf({
  read: (text) => (text.includes('{{data}}') ? text : undefined),
  allowed: 'a text that holds {{data}} where the data goes',
  show: String,
})

/** What every user does. */
export const flowParameters = {
  /** Who pays for the transaction: the user (`direct`), or a relayer. */
  submission: parameter(choice(['direct', 'relayed']), {
    default: 'direct',
    flag: '--submission <way>',
    summary: 'Who pays for the transaction: direct (the user, from a funded wallet) or relayed (a relayer).',
  }),
  /** Apps over which the users are spread: user i grants access to number i modulo this. */
  grantees: parameter(granteeCount, {
    default: 1,
    flag: '--grantees <count>',
    summary:
      'Grantees that the users are spread over; personal servers stop to read one near 12,500 permissions.',
  }),
  /** Size class of a user's file. */
  dataSize: parameter(choice(['small', 'medium', 'large', 'mixed']), {
    default: 'medium',
    flag: '--data-size <size>',
    summary: "Size of a user's data: small (1 kB), medium (10 kB), large (100 kB), or mixed.",
  }),
  /** Template of the prompt; absent: one made from the wallet's address. */
  prompt: optional(promptTemplate, {
    flag: '--prompt <text>',
    summary: 'Prompt for the model, with {{data}} in it; without it, every wallet gets one of its own.',
  }),
  /** The whole flow. */
  timeoutMs: parameter(seconds, {
    default: 120_000,
    flag: '--timeout <time>',
    summary: 'Time that a whole flow may take.',
  }),
  /** One HTTP or JSON-RPC request. */
  requestTimeoutMs: parameter(seconds, {
    default: 30_000,
    flag: '--request-timeout <time>',
    summary: 'Time that one HTTP or JSON-RPC request may take, but for the request for inference.',
  }),
  /** From the submission of the transaction to its last confirmation. */
  confirmTimeoutMs: parameter(seconds, {
    default: 90_000,
    flag: '--confirm-timeout <time>',
    summary: 'Time from the submission of a transaction to its last confirmation.',
  }),
  /** Blocks that hold the transaction or follow it, its own included; absent: as many as the kind of chain asks for. */
  confirmations: optional(wholeNumber({ min: 1, max: 64 }), {
    flag: '--confirmations <count>',
    summary:
      "Depth that a transaction's block must reach before the flow goes on; 1 is the block itself. More survive deeper reorganizations, and take longer.",
    settledFrom: '1 on the embedded chain, 2 elsewhere',
  }),
  /** From the request for inference to its result. */
  inferenceTimeoutMs: parameter(seconds, {
    default: 90_000,
    flag: '--inference-timeout <time>',
    summary: 'Time that a request for inference may take, and then its result.',
  }),
  /** Pause between two looks at an operation. */
  pollIntervalMs: parameter(milliseconds, {
    default: 500,
    flag: '--poll-interval <time>',
    summary: 'Pause between two looks at an operation of the personal server.',
  }),
}

/** How idempotent steps are repeated. */
export const retryParameters = {
  /** Attempts of one step in all, the first included. */
  attempts: parameter(wholeNumber({ min: 1, max: 20 }), {
    // With the pauses below that is about eight seconds, and almost never less than two: a service that restarts is back.
    default: 7,
    flag: '--retry-attempts <count>',
    summary: 'Attempts of an idempotent step in all, the first included; 1 for no retry.',
  }),
  /** Upper limit of the first pause; it doubles with every attempt. */
  baseDelayMs: parameter(milliseconds, {
    default: 250,
    flag: '--retry-base-delay <time>',
    summary: 'Upper limit of the first pause before a retry; it doubles with every attempt.',
  }),
  /** Upper limit of any pause. */
  maxDelayMs: parameter(milliseconds, {
    default: 10_000,
    flag: '--retry-max-delay <time>',
    summary: 'Upper limit of any pause before a retry.',
  }),
  /** Retries allowed per first attempt, over the whole run. */
  budgetRatio: parameter(decimalNumber({ min: 0, max: 10 }), {
    default: 0.2,
    flag: '--retry-budget <ratio>',
    summary: 'Retries allowed per first attempt over the whole run, so that retries cannot become the load.',
  }),
}
