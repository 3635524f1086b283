import { formatMeasured } from '../src/report/format-value.ts'
import { describeError } from '../src/scripts/cli/describe-error.ts'

/** The criteria of a milestone, with the results so far. */
export type Criteria = {
  /** Runs one check and prints the text that it returns. A check that throws fails. */
  check(name: string, work: () => string | Promise<string>): Promise<void>
  /** Compares a measured value with its target and prints the margin. `null` fails. */
  measure(name: string, measured: Measured): void
  /** Prints the totals and returns the exit code. */
  conclude(): number
}

/** A value with its target. */
export type Measured = {
  value: number | null
  /** Whether the target is a minimum or a maximum. */
  is: 'at least' | 'at most'
  target: number
  /** `ms`, `ratio` (0 to 1), `count`, `per-second` or `bytes`. */
  unit: string
  /** Details to print after the margin. @default none */
  note?: string
}

/** Prints a milestone's title and starts the list of its criteria. */
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

/** Describes the margin: as a percentage below a factor of two, as a factor above. */
function marginOf(value: number, is: Measured['is'], target: number): string {
  const better = is === 'at least' ? value / target : target / value
  if (better === 1) return 'exactly met'
  if (!Number.isFinite(better)) return 'beaten'
  const [word, factor] = better > 1 ? ['beaten', better] : ['missed', 1 / better]
  if (!Number.isFinite(factor)) return 'missed'
  if (factor < 2) return `${word} by ${Math.round((factor - 1) * 100)}%`
  const times = factor < 100 ? factor.toPrecision(3) : Math.round(factor).toLocaleString('en-US')
  return `${word} by a factor of ${times}`
}

/** Throws if a condition of the milestone does not hold. */
export function expect(isSo: boolean, message: string): void {
  if (!isSo) throw new Missed(message)
}

/** A missed criterion, as opposed to an error of the program, which has a code. */
class Missed extends Error {}
