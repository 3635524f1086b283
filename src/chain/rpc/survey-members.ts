import { LoadTestError } from '../../errors/load-test-error.ts'
import type { ClaimedHead, HeadSurvey } from '../blocks/head-survey.ts'
import type { PoolMember } from './pool-member.ts'
import { unwrap } from './rpc-answer.ts'

/**
 * Asks all endpoints of a pool for their newest block at once, and compares.
 *
 * Endpoints that cannot be asked at present are left out: their own health says so. But the chain that they serve must be known by now.
 *
 * @returns what is wrong with which endpoint, as errors with a code and a hint
 */
export async function surveyMembers(
  members: readonly PoolMember[],
  options: { survey: HeadSurvey; nowMs: number; signal?: AbortSignal | undefined },
): Promise<LoadTestError[]> {
  const { survey, nowMs, signal } = options
  const problems: LoadTestError[] = []
  const heads = await Promise.all(
    members.map(async (member): Promise<ClaimedHead | undefined> => {
      if (!member.health.tryAcquire(nowMs)) {
        if (!member.isVerified) problems.push(unknownChain(member, nowMs))
        return undefined
      }
      try {
        await member.verify(signal)
        return await readHead(member, ['eth_getBlockByNumber', 'latest'], signal)
      } catch (error) {
        if (signal?.aborted) throw signal.reason
        if (error instanceof LoadTestError) problems.push(error)
        return undefined
      }
    }),
  )
  await survey.take(heads, async (index, { number, parentHash }) => {
    const member = members[index]
    if (member === undefined) return false
    try {
      const parent = await readHead(member, ['eth_getBlockByHash', parentHash], signal)
      return parent?.number === number - 1
    } catch {
      return false
    }
  })
  for (const [index, { label }] of members.entries()) {
    const { isFalse, isBehind, lag } = survey.standing(index)
    if (!isBehind) continue
    const what =
      isFalse && heads[index] !== undefined
        ? `claims block ${heads[index].number}, far ahead of the others, and cannot show the one before it`
        : `is ${lag} blocks behind the best other endpoint`
    problems.push(
      new LoadTestError('CHAIN_HEAD_MISMATCH', `${label} ${what}; it is asked only when the others fail.`, {
        details: { endpoint: label, lag },
      }),
    )
  }
  return problems
}

function unknownChain({ label, health }: PoolMember, nowMs: number): LoadTestError {
  const [code, why] =
    health.pauseMs(nowMs) > 0
      ? (['CHAIN_RATE_LIMITED', 'asks for a pause'] as const)
      : (['CHAIN_UNREACHABLE', 'could not be reached lately'] as const)
  return new LoadTestError(code, `${label} ${why}; which chain it serves is not known yet.`, {
    details: { endpoint: label },
  })
}

async function readHead(
  member: PoolMember,
  [method, which]: [method: string, which: string],
  signal: AbortSignal | undefined,
): Promise<ClaimedHead | undefined> {
  const [outcome] = await member.attempt([{ method, params: [which, false] }], signal)
  const block = unwrap(outcome) as { number?: unknown; parentHash?: unknown } | null
  const number = Number(block?.number ?? Number.NaN)
  const { parentHash } = block ?? {}
  if (!Number.isSafeInteger(number) || typeof parentHash !== 'string') return undefined
  return { number, parentHash: parentHash as ClaimedHead['parentHash'] }
}
