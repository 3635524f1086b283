import { z } from 'zod'
import { type TestbedPart, testbedParts, testbedPartWords } from '../testbed-part.ts'
import type { Kind } from './kind.ts'

/** The kind of a choice of the testbed's parts, separated by commas, repeated, or both; in the order of their needs. */
export const testbedPartList: Kind<TestbedPart[]> = {
  schema: z.union([z.string(), z.array(z.string())]).transform((raw, context) => {
    const words = [raw].flat().flatMap((text) => text.split(',').map((word) => word.trim().toLowerCase()))
    const chosen = testbedParts.filter((part) => words.includes(testbedPartWords[part]))
    const known: readonly string[] = Object.values(testbedPartWords)
    if (words.every((word) => known.includes(word))) return chosen
    context.addIssue('not a part')
    return z.NEVER
  }),
  allowed: `${Object.values(testbedPartWords).join(', ')}; several separated by commas`,
  show: (parts) => parts.map((part) => testbedPartWords[part]).join(','),
}
