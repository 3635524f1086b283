import { formatMeasured } from '../src/report/format-value.ts'
import { describeError } from '../src/scripts/cli/describe-error.ts'

/** What a milestone is measured by, and how it did. */
export type Criteria = {
  /** Runs one check; the text it returns is shown beside it. A check that throws has failed. */
  check(name: string, work: () => string | Promise<string>): Promise<void>
  /** Holds a measured value against its target, and says by how much it was beaten or missed. No value has failed. */
  measure(name: string, measured: Measured): void
  /** Prints the sum, and returns the exit code. */
  conclude(): number
}

/** A value with its target. */
export type Measured = {
  value: number | null
  /** Whether it has to be at least, or at most, the target. */
  is: 'at least' | 'at most'
  target: number
  /** `ms`, `ratio` (0 to 1), `count`, `per-second` or `bytes`. */
  unit: string
  /** What else should be known of the value. @default nothing */
  note?: string
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
        const why = error instanceof Missed ? error.message : describeError(error)
        console.log(`  ✗ ${name}\n      ${why.replaceAll('\n', '\n      ')}`)
      }
    },
    measure(name, measured) {
      const { value, is, target, unit, note } = measured
      const isMet = value !== null && (is === 'at least' ? value >= target : value <= target)
      if (isMet) passed++
      else failed++
      const margin = value === null ? '' : `, ${marginOf(value, is, target)}`
      console.log(
        `  ${isMet ? '✓' : '✗'} ${name}\n      ${formatMeasured(value, unit)}; target ${is} ${formatMeasured(target, unit)}${margin}${note === undefined ? '' : `; ${note}`}`,
      )
    },
    conclude() {
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
      console.log(`\n${passed}/${passed + failed} passed in ${seconds} s\n`)
      return failed === 0 ? 0 : 1
    },
  }
}

/** By how much a target was beaten or missed: as a factor, or as a share when they are near. */
function marginOf(value: number, is: Measured['is'], target: number): string {
  const better = is === 'at least' ? value / target : target / value
  if (better === 1) return 'just met'
  if (!Number.isFinite(better)) return 'beaten beyond measure'
  const [word, factor] = better > 1 ? ['beaten', better] : ['missed', 1 / better]
  if (!Number.isFinite(factor)) return 'missed'
  if (factor < 2) return `${word} by ${Math.round((factor - 1) * 100)}%`
  const times = factor < 100 ? factor.toPrecision(3) : Math.round(factor).toLocaleString('en-US')
  return `${word} ${times} times over`
}

/** Throws when something is not as a milestone needs it. */
export function expect(isSo: boolean, message: string): void {
  if (!isSo) throw new Missed(message)
}

/** What was measured is not what a milestone needs: no fault of the program's, whose errors have codes. */
class Missed extends Error {}
