import { describeError } from '../src/scripts/describe-error.ts'

/** What a milestone is measured by, and how it did. */
export type Criteria = {
  /** Runs one check; the text it returns is shown beside it. A check that throws has failed. */
  check(name: string, work: () => string | Promise<string>): Promise<void>
  /** Prints the sum, and returns the exit code. */
  conclude(): number
}

/** Opens the list of a milestone's criteria, and prints its title. */
export function openCriteria(title: string): Criteria {
  const startedMs = performance.now()
  let passed = 0
  let failed = 0
  console.log(`\n${title}\n`)
  return {
    async check(name, work) {
      const beganMs = performance.now()
      try {
        const found = await work()
        passed++
        console.log(`  ✓ ${name}  (${(performance.now() - beganMs).toFixed(0)} ms)\n      ${found}`)
      } catch (error) {
        failed++
        console.log(`  ✗ ${name}\n      ${describeError(error).replaceAll('\n', '\n      ')}`)
      }
    },
    conclude() {
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
      console.log(`\n${passed}/${passed + failed} passed in ${seconds} s\n`)
      return failed === 0 ? 0 : 1
    },
  }
}

/** Throws when something is not as a milestone needs it. */
export function expect(isSo: boolean, message: string): void {
  if (!isSo) throw new Error(message)
}
