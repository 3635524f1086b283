import { type TestbedPart, testbedParts, testbedPartWords } from '../testbed-part.ts'
import type { Kind } from './kind.ts'

/** The kind of a choice of the testbed's parts, separated by commas, repeated, or both; in the order of their needs. */
export const testbedPartList: Kind<TestbedPart[]> = {
  read(raw) {
    const words = [raw].flat().flatMap((text) =>
      String(text)
        .split(',')
        .map((word) => word.trim().toLowerCase()),
    )
    const known: readonly string[] = Object.values(testbedPartWords)
    if (!words.every((word) => known.includes(word))) return undefined
    return testbedParts.filter((part) => words.includes(testbedPartWords[part]))
  },
  allowed: `${Object.values(testbedPartWords).join(', ')}; several separated by commas`,
  show: (parts) => parts.map((part) => testbedPartWords[part]).join(','),
}
