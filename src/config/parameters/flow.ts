import { choice, decimalNumber, wholeNumber } from '../kinds/basic.ts'
import { duration } from '../kinds/duration.ts'
import { granteeCount } from '../kinds/grantee-count.ts'
import { kindOf } from '../kinds/kind.ts'
import { optional, parameter } from '../parameter.ts'

const seconds = duration({ bareUnit: 's', minMs: 1 })
const milliseconds = duration({ bareUnit: 'ms', minMs: 1 })
const promptTemplate = kindOf({
  read: (text) => (text.includes('{{data}}') ? text : undefined),
  allowed: 'a text with {{data}} in place of the data',
  show: String,
})

/** The flow of each user. */
export const flowParameters = {
  /** Payer of the transaction: the user (`direct`) or a relayer (`relayed`). */
  submission: parameter(choice(['direct', 'relayed']), {
    default: 'direct',
    flag: '--submission <way>',
    summary: 'Payer of the transaction: direct (the user, from a funded wallet) or relayed (a relayer).',
  }),
  /** Number of grantees that users are spread over: user i grants access to number i modulo this. */
  grantees: parameter(granteeCount, {
    default: 1,
    flag: '--grantees <count>',
    summary:
      'Number of grantees that users are spread over. Personal servers cannot read a grantee beyond about 12,500 permissions.',
  }),
  /** Size of a user's file. */
  dataSize: parameter(choice(['small', 'medium', 'large', 'mixed']), {
    default: 'medium',
    flag: '--data-size <size>',
    summary: "Size of a user's data: small (1 kB), medium (10 kB), large (100 kB), or mixed.",
  }),
  /** Template of the prompt; absent: one made from the wallet's address. */
  prompt: optional(promptTemplate, {
    flag: '--prompt <text>',
    summary: 'Prompt for the model, with {{data}} in place of the data. (default: a prompt per wallet)',
  }),
  /** Timeout of the whole flow. */
  timeoutMs: parameter(seconds, {
    default: 120_000,
    flag: '--timeout <time>',
    summary: 'Timeout of a whole flow.',
  }),
  /** Timeout of one HTTP request. */
  requestTimeoutMs: parameter(seconds, {
    default: 30_000,
    flag: '--request-timeout <time>',
    summary: 'Timeout of one HTTP request, except the request for inference.',
  }),
  /** Timeout from the submission of the transaction to its last confirmation. */
  confirmTimeoutMs: parameter(seconds, {
    default: 90_000,
    flag: '--confirm-timeout <time>',
    summary: 'Timeout from the submission of a transaction to its last confirmation.',
  }),
  /** Confirmations, the transaction's own block included; absent: the default of the kind of chain. */
  confirmations: optional(wholeNumber({ min: 1, max: 64 }), {
    flag: '--confirmations <count>',
    summary:
      "Confirmations to wait for; 1 is the transaction's own block. More confirmations survive deeper reorganizations and take longer.",
    settledFrom: '1 on the embedded chain, 2 elsewhere',
  }),
  /** Timeout of the request for inference, and of the wait for its result. */
  inferenceTimeoutMs: parameter(seconds, {
    default: 90_000,
    flag: '--inference-timeout <time>',
    summary: 'Timeout of the request for inference, and then of the wait for its result.',
  }),
  /** Interval between polls of an operation. */
  pollIntervalMs: parameter(milliseconds, {
    default: 500,
    flag: '--poll-interval <time>',
    summary: 'Interval between polls of an operation on the personal server.',
  }),
}

/** Retries of idempotent steps. */
export const retryParameters = {
  /** Attempts of one step, the first included. */
  attempts: parameter(wholeNumber({ min: 1, max: 20 }), {
    // With the delays below, that is about eight seconds and rarely less than two: long enough for a service to restart.
    default: 7,
    flag: '--retry-attempts <count>',
    summary: 'Attempts of an idempotent step, including the first; 1 means no retries.',
  }),
  /** Upper limit of the first delay; it doubles with every attempt. */
  baseDelayMs: parameter(milliseconds, {
    default: 250,
    flag: '--retry-base-delay <time>',
    summary: 'Upper limit of the delay before the first retry; doubles with every attempt.',
  }),
  /** Upper limit of any delay. */
  maxDelayMs: parameter(milliseconds, {
    default: 10_000,
    flag: '--retry-max-delay <time>',
    summary: 'Upper limit of the delay before any retry.',
  }),
  /** Retries allowed per first attempt, over the whole run. */
  budgetRatio: parameter(decimalNumber({ min: 0, max: 10 }), {
    default: 0.2,
    flag: '--retry-budget <ratio>',
    summary: 'Retries per first attempt, over the whole run, so that retries cannot become the load.',
  }),
}
