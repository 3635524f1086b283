import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Starts the files that run the whole program first, so that none of them is still at work when all others are done. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return [...sorted.filter(runsProgram), ...sorted.filter((file) => !runsProgram(file))]
  }
}

const runsProgram = ({ moduleId }: TestSpecification): boolean => /\/test\/(e2e|cli|wallets)\//.test(moduleId)
