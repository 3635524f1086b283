import type { Clock } from '../../async/clock.ts'
import type { LoadTestError } from '../../errors/load-test-error.ts'
import type { HeadSurvey } from '../blocks/head-survey.ts'
import { givenUp } from './given-up.ts'
import type { Patience } from './patience.ts'
import type { PoolMember } from './pool-member.ts'
import { mayPass } from './rpc-error.ts'
import { surveyMembers } from './survey-members.ts'

/**
 * Asks all endpoints of a pool for their chain id and newest block, again and again while none can be used.
 *
 * One that asks for a pause before its chain id is known is waited for a few times, even if others can be used: it may serve
 * another chain.
 *
 * @returns what is wrong with some of them while others can be used
 * @throws LoadTestError `CHAIN_WRONG_ID` if any serves another chain; if none can be used, why; the signal's reason
 */
export async function checkMembers(
  members: readonly PoolMember[],
  options: { survey: HeadSurvey; patience: Patience; clock: Clock; signal: AbortSignal | undefined },
): Promise<LoadTestError[]> {
  const { survey, patience, clock, signal } = options
  for (let attempts = 1; ; attempts += 1) {
    const problems = await surveyMembers(members, { survey, nowMs: clock.now(), signal })
    const wrong = problems.find(({ code }) => code === 'CHAIN_WRONG_ID')
    if (wrong !== undefined) throw wrong
    const [first] = problems
    if (first === undefined) return []
    const isUsable = problems.length < members.length
    const waitMs = waitBefore(members, problems, { isUsable, patience, nowMs: clock.now() })
    if (waitMs === undefined) {
      if (isUsable) return problems
      throw givenUp(first, { what: 'the check', attempts, spentMs: patience.spentMs() })
    }
    await clock.sleepUntil(clock.now() + waitMs, signal)
  }
}

/** Milliseconds before the next look; `undefined` if there is to be none. */
function waitBefore(
  members: readonly PoolMember[],
  problems: readonly LoadTestError[],
  { isUsable, patience, nowMs }: { isUsable: boolean; patience: Patience; nowMs: number },
): number | undefined {
  const unknown = members.filter(({ isVerified }) => !isVerified)
  const isLimited = problems.some(({ code }) => code === 'CHAIN_RATE_LIMITED')
  const pauses = (unknown.length > 0 ? unknown : members).map(({ health }) => health.pauseMs(nowMs))
  const pauseMs = unknown.length > 0 ? Math.max(...pauses) : Math.min(...pauses)
  if (isUsable) return isLimited && unknown.length > 0 ? patience.pauseFor(pauseMs) : undefined
  const hasWorked = unknown.length < members.length
  if (!problems.some((problem) => mayPass(problem, hasWorked))) return undefined
  const waitMs = isLimited ? patience.pauseFor(pauseMs) : undefined
  return waitMs ?? patience.backOff(Math.min(...members.map(({ health }) => health.readyInMs(nowMs))))
}
