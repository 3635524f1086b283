import type { Hash } from 'viem'

/** An endpoint's newest block, as it says. */
export type ClaimedHead = { number: number; parentHash: Hash }

/** What is known of one endpoint's head. */
export type HeadStanding = {
  /** Blocks behind the best other endpoint at the last survey; `null` when there was none to compare with. */
  lag: number | null
  maxLag: number | null
  /** Whether it claimed a newest block that it could not show. */
  isFalse: boolean
  /** Whether its answers are too old, or not to be trusted: others are asked first. */
  isBehind: boolean
}

/** Compares the heads of several endpoints, see {@link createHeadSurvey}. */
export type HeadSurvey = {
  /**
   * Takes in what all endpoints say at the same moment; `undefined` for one that did not answer.
   *
   * @param canShow asks an endpoint for the block before the one it claims to have
   */
  take(
    heads: readonly (ClaimedHead | undefined)[],
    canShow: (index: number, head: ClaimedHead) => Promise<boolean>,
  ): Promise<void>
  standing(index: number): HeadStanding
}

/** As many blocks may lie between two endpoints: they are not asked at quite the same moment, and blocks need time to travel. */
const toleratedLag = 3

/**
 * Compares what endpoints of one chain say of its head, so that one that lags behind is asked last.
 *
 * One that is far ahead of all others either has what they lack, or says what is not so; it has to show the block
 * before its newest. What it cannot show counts for nothing, and it is asked last until it is among the others again.
 *
 * @example
 * const survey = createHeadSurvey(2)
 * await survey.take([{ number: 9, parentHash }, { number: 4, parentHash }], canShow)
 * survey.standing(1).lag // 5
 */
export function createHeadSurvey(endpoints: number): HeadSurvey {
  const standings: HeadStanding[] = Array.from({ length: endpoints }, () => ({
    lag: null,
    maxLag: null,
    isFalse: false,
    isBehind: false,
  }))

  function place(standing: HeadStanding, lag: number): void {
    standing.lag = lag
    standing.maxLag = Math.max(standing.maxLag ?? 0, lag)
    standing.isBehind = lag > toleratedLag
  }

  return {
    async take(heads, canShow) {
      const claims = heads
        .flatMap((head, index) => (head === undefined ? [] : [{ head, index }]))
        .sort((a, b) => b.head.number - a.head.number)
      const believed: typeof claims = []
      for (const [rank, claim] of claims.entries()) {
        const next = claims[rank + 1]
        const isAlone =
          believed.length === 0 && next !== undefined && claim.head.number - next.head.number > toleratedLag
        const standing = standings[claim.index]
        if (standing === undefined) continue
        if (isAlone && !(await canShow(claim.index, claim.head))) {
          standing.isFalse = true
          standing.isBehind = true
        } else believed.push(claim)
      }
      const best = believed[0]
      if (best === undefined || claims.length < 2) return
      for (const { head, index } of believed) {
        const standing = standings[index]
        if (standing !== undefined) place(standing, best.head.number - head.number)
      }
    },
    standing: (index) => standings[index] ?? { lag: null, maxLag: null, isFalse: false, isBehind: false },
  }
}
