import { z } from 'zod'
import { errorCatalog } from '../errors/catalog.ts'
import { type FlowRecord, outcomes } from '../flow/flow-record.ts'
import { type StepName, stepNames } from '../flow/steps.ts'

const hex = z.string().regex(/^0x[0-9a-fA-F]*$/, 'expected 0x and hex digits')
const prefixedHex = hex.transform((text) => text as `0x${string}`)
const ms = z.number()
const stepName = z.enum(stepNames)
const errorCode = z.enum(Object.keys(errorCatalog) as [keyof typeof errorCatalog])

/** One line of `flows.ndjson`, read back. */
export const flowLineSchema = z.object({
  index: z.int().nonnegative(),
  wallet: prefixedHex.nullable(),
  dueMs: ms,
  startedMs: ms.nullable(),
  waits: z.object({ placeMs: ms, gateMs: ms, fundingMs: ms }).optional(),
  endedMs: ms,
  outcome: z.enum(outcomes),
  steps: z.partialRecord(stepName, ms).transform((steps) => steps as Partial<Record<StepName, number>>),
  tx: z
    .object({
      hash: prefixedHex,
      permissionId: z.string().nullable(),
      blockNumber: z.number().nullable(),
      gasUsed: z.number().nullable(),
      gasPriceWei: z.string().regex(/^\d+$/, 'expected a decimal number').transform(BigInt).nullable(),
      // Runs of earlier versions have none.
      times: z
        .object({
          sentMs: ms,
          acceptedMs: ms,
          blockMs: ms.nullable(),
          seenMs: ms.nullable(),
          blockTimestamp: z.number().nullable(),
        })
        .nullable()
        .default(null),
    })
    .nullable(),
  verified: z.boolean().nullable(),
  error: z
    .object({ code: errorCode, step: stepName.nullable(), message: z.string(), retriable: z.boolean() })
    .nullable(),
  droppedBecause: z.string().nullable(),
}) satisfies z.ZodType<FlowRecord>
