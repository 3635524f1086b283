import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ClaimedHead, createHeadSurvey } from './head-survey.ts'

const head = (number: number): ClaimedHead => ({ number, parentHash: `0x${'00'.repeat(32)}` })
const honest = async (): Promise<boolean> => true
const liar = async (): Promise<boolean> => false

describe('a survey of heads', () => {
  it('lets endpoints be a few blocks apart', async () => {
    const survey = createHeadSurvey(2)
    await survey.take([head(10), head(7)], liar)
    expect([survey.standing(0), survey.standing(1)]).toEqual([
      { lag: 0, maxLag: 0, isFalse: false, isBehind: false },
      { lag: 3, maxLag: 3, isFalse: false, isBehind: false },
    ])
  })

  it('finds the one that lags behind, until it has caught up', async () => {
    const survey = createHeadSurvey(2)
    await survey.take([head(100), head(20)], honest)
    expect(survey.standing(1)).toMatchObject({ lag: 80, isBehind: true, isFalse: false })
    await survey.take([head(101), head(101)], honest)
    expect(survey.standing(1)).toEqual({ lag: 0, maxLag: 80, isFalse: false, isBehind: false })
  })

  it('does not believe one that is far ahead of all others and cannot show what it claims', async () => {
    const survey = createHeadSurvey(3)
    await survey.take([head(100), head(5000), head(99)], liar)
    expect(survey.standing(1)).toMatchObject({ isFalse: true, isBehind: true })
    expect([survey.standing(0).lag, survey.standing(2).lag]).toEqual([0, 1])
  })

  it('has nothing to say of a single endpoint, or of one that did not answer', async () => {
    const survey = createHeadSurvey(2)
    await survey.take([head(100), undefined], honest)
    expect([survey.standing(0).lag, survey.standing(1).lag]).toEqual([null, null])
  })

  it('never takes all who answer for behind: somebody is always left to be asked first', async () => {
    const claims = fc.array(fc.option(fc.nat(1000), { nil: undefined }), { minLength: 2, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(
        claims,
        fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
        async (numbers, shows) => {
          const survey = createHeadSurvey(numbers.length)
          const heads = numbers.map((number) => (number === undefined ? undefined : head(number)))
          await survey.take(heads, async (index) => shows[index] === true)
          const answered = heads.flatMap((one, index) => (one === undefined ? [] : [index]))
          if (answered.length === 0) return
          expect(answered.some((index) => !survey.standing(index).isBehind)).toBe(true)
        },
      ),
    )
  })
})
