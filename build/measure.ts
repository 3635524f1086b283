/**
 * Prints figures about the code: sizes, loose types, circles, odd phrases, commit subjects.
 *
 *   npm run measure               # the table
 *   npm run measure -- --shrink   # also removes fixed entries from test/known-offenders.json
 */
import { commitSubjects, longestSubject } from './measure/commit-subjects.ts'
import { measureFunctions } from './measure/functions.ts'
import { importCircles } from './measure/import-circles.ts'
import { shrinkOffenders } from './measure/known-offenders.ts'
import { findOffences, limits } from './measure/limits.ts'
import { countLooseTypes } from './measure/loose-types.ts'
import { findOddPhrases } from './measure/plain-words.ts'
import { readSourceFiles } from './measure/source-files.ts'

const files = readSourceFiles('src', 'test', 'bench', 'build', 'milestones')
const code = files.filter(({ path, isTest }) => path.startsWith('src/') && !isTest)
const tests = files.filter(({ path, isTest }) => isTest && /\.(test|fixture)\.ts$|^test\//.test(path))
const functions = code.flatMap(measureFunctions)
const loose = code.map(countLooseTypes)
const subjects = commitSubjects()
const circles = importCircles(files)

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const linesOf = (some: readonly { lines: number }[]): number[] => some.map(({ lines }) => lines)
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
const share = <T>(all: readonly T[], isCounted: (one: T) => boolean): string =>
  all.length === 0 ? '-' : `${((100 * all.filter(isCounted).length) / all.length).toFixed(1)} %`
const isLong = (subject: string): boolean => subject.length > longestSubject
const longest = functions.toSorted((a, b) => b.lines - a.lines)[0]

const figures: [name: string, value: string | number][] = [
  ['files of src, lines', `${code.length}, ${sum(linesOf(code))}`],
  ['median / max lines a file', `${median(linesOf(code))} / ${Math.max(...linesOf(code))}`],
  [`files over ${limits.fileLines} lines`, share(code, ({ lines }) => lines > limits.fileLines)],
  ['tests : code', (sum(linesOf(tests)) / sum(linesOf(code))).toFixed(2)],
  [
    '`any` / `!` / casts',
    [loose.map(({ any }) => any), loose.map(({ nonNull }) => nonNull), loose.map(({ casts }) => casts)]
      .map(sum)
      .join(' / '),
  ],
  ['longest function, lines', `${longest?.lines} (${longest?.place})`],
  ['functions with 4+ positional parameters', share(functions, ({ parameters }) => parameters > 3)],
  [`commit subjects over ${longestSubject} characters`, share(subjects, isLong)],
  ['  of the last 200', share(subjects.slice(0, 200), isLong)],
  ['circles of files (types included)', circles.length],
  ['odd phrases', findOddPhrases().length],
]
for (const [name, value] of figures) console.log(`${name.padEnd(42)}${value}`)
for (const circle of circles) console.log(`\ncircle: ${circle.join('\n        ')}`)
if (process.argv.includes('--shrink')) shrinkOffenders(findOffences(files.filter(({ isTest }) => !isTest)))
