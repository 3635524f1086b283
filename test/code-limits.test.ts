import { describe, expect, it } from 'vitest'
import { knownOffenders, newOffences } from '../build/measure/known-offenders.ts'
import { findOffences, limits, reasonedFiles } from '../build/measure/limits.ts'
import { findOddPhrases } from '../build/measure/plain-words.ts'
import { readSourceFiles } from '../build/measure/source-files.ts'

const files = readSourceFiles('src', 'bench', 'build', 'milestones').filter(({ isTest }) => !isTest)
const found = findOffences(files)
const known = knownOffenders()

describe('the code', () => {
  it('has no circle of imports, types included', () => {
    expect(newOffences(found.circles, known.circles)).toEqual([])
  })

  it(`has no function over ${limits.functionLines} lines`, () => {
    expect(newOffences(found.functionLines, known.functionLines)).toEqual([])
  })

  it(`has no file over ${limits.fileLines} lines without a reason`, () => {
    expect(newOffences(found.fileLines, known.fileLines)).toEqual([])
    const paths = new Set(files.map(({ path }) => path))
    expect(Object.keys(reasonedFiles).filter((path) => !paths.has(path))).toEqual([])
  })

  it(`passes at most ${limits.parameters} parameters by position`, () => {
    expect(newOffences(found.parameters, known.parameters)).toEqual([])
  })

  it('has no `any` and no `!`', () => {
    expect(newOffences(found.looseTypes, known.looseTypes)).toEqual([])
  })
})

describe('the texts and comments', () => {
  it('use plain words', () => {
    const more = new Set(newOffences(found.words, known.words).map((offence) => offence.split(': ')[0]))
    const places = findOddPhrases()
      .filter(({ path }) => more.has(path.split('/').at(-1)))
      .map(({ path, line, phrase, instead }) => `${path}:${line} "${phrase}": write ${instead}`)
    expect(places).toEqual([])
  })
})
