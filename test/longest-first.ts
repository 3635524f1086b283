import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files whose tests run the whole program, those that take longest first. */
const long = [
  /\/e2e\/(run|rate-limits|capacity)\.test/,
  /\/(e2e|weather)\//,
  /\/(cli|wallets|secrets)\/|\/(docs-commands|milestones)\.stack/,
]

/** Starts the longest files first, so that no worker still runs one when all others are done. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.toSorted((a, b) => rank(a) - rank(b))
  }
}

function rank({ moduleId }: TestSpecification): number {
  const index = long.findIndex((pattern) => pattern.test(moduleId))
  return index === -1 ? long.length : index
}
