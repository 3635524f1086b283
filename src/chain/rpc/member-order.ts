import type { Clock } from '../../async/clock.ts'
import { createHeadSurvey, type HeadSurvey } from '../blocks/head-survey.ts'
import type { PoolMember } from './pool-member.ts'
import { surveyMembers } from './survey-members.ts'

/** Time between two comparisons of the endpoints' heads. */
const surveyEveryMs = 5000

/** The order in which the endpoints of a pool are asked: those whose answers are old or wrong come last. */
export class MemberOrder {
  readonly survey: HeadSurvey
  readonly #members: readonly PoolMember[]
  readonly #clock: Clock
  #turn = 0
  #surveyedAtMs = Number.NEGATIVE_INFINITY

  constructor(members: readonly PoolMember[], clock: Clock) {
    this.#members = members
    this.#clock = clock
    this.survey = createHeadSurvey(members.length)
  }

  /** The endpoints from the one that a key sticks to; without a key, from the one whose turn it is. */
  of(stickyKey: string | undefined): PoolMember[] {
    const first = stickyKey === undefined ? this.#turn++ : hashText(stickyKey)
    const indexes = this.#members.map((_, i) => (first + i) % this.#members.length)
    const isLast = (i: number): boolean => this.survey.standing(i).isBehind
    const inTurn = [...indexes.filter((i) => !isLast(i)), ...indexes.filter(isLast)]
    return inTurn.flatMap((i) => this.#members[i] ?? [])
  }

  /** Compares the endpoints' heads now and then, while there is something to compare and the pool is in use. */
  surveyInTime(): void {
    if (this.#members.length < 2 || this.#clock.now() - this.#surveyedAtMs < surveyEveryMs) return
    this.surveyBegins()
    // What it finds shows in the order of the endpoints; the health of each says whether it can be asked.
    void surveyMembers(this.#members, { survey: this.survey, nowMs: this.#surveyedAtMs }).catch(
      () => undefined,
    )
  }

  /** Another comparison begins now. */
  surveyBegins(): void {
    this.#surveyedAtMs = this.#clock.now()
  }
}

/** FNV-1a, 32 bits: spreads addresses evenly over a handful of endpoints. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
