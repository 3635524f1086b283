import { describe, expect, it } from 'vitest'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { RelayedState } from './api-server-client.ts'
import { followReplacements } from './relayed-submission.ts'

const hashOf = (digit: string) => `0x${digit.repeat(64)}` as const

type Look = { hash: `0x${string}`; state: RelayedState } | Error

/** A relayer with prepared answers, and the calls to it and to the receipts, in order. */
function startWorld({ looks: answers }: { looks: Look[] }) {
  const stop = new AbortController()
  const seen: unknown[] = []
  const looks = [...answers]
  const parts: Parameters<typeof followReplacements>[0] = {
    api: {
      async relayed(hash) {
        seen.push({ look: hash })
        const answer = looks.shift()
        if (looks.length === 0) stop.abort(new Error('the receipt is there'))
        if (answer === undefined || answer instanceof Error) throw answer ?? new Error('nothing to say')
        return answer
      },
    },
    receipts: { replace: (hash, newHash) => void seen.push({ replace: hash, by: newHash }) },
    async sleep(delayMs, abort) {
      abort.throwIfAborted()
      seen.push({ sleep: delayMs })
    },
  }
  return {
    seen,
    follow: () =>
      followReplacements(parts, hashOf('a'), {
        signal: stop.signal,
        onRefused: (error) => void seen.push({ refused: error }),
      }),
  }
}

const down = new LoadTestError('SERVER_UNREACHABLE', 'nobody there')
const limited = new LoadTestError('SERVER_RATE_LIMITED', 'too many', { details: { status: 429 } })
const refused = new LoadTestError('SERVER_REFUSED', 'no', { details: { status: 409 } })

describe('followReplacements', () => {
  it('makes the receipts follow each replacement by its newest hash, even of a mined transaction', async () => {
    const { follow, seen } = startWorld({
      looks: [
        { hash: hashOf('a'), state: 'pending' },
        { hash: hashOf('b'), state: 'pending' },
        { hash: hashOf('c'), state: 'mined' },
        { hash: hashOf('d'), state: 'pending' },
      ],
    })
    await follow()
    expect(seen).toEqual([
      ...[{ sleep: 10_000 }, { look: hashOf('a') }],
      ...[{ sleep: 5_000 }, { look: hashOf('a') }, { replace: hashOf('a'), by: hashOf('b') }],
      ...[{ sleep: 5_000 }, { look: hashOf('b') }, { replace: hashOf('b'), by: hashOf('c') }],
      // A reorganization removed that one, and the relayer sent it again.
      ...[{ sleep: 5_000 }, { look: hashOf('c') }, { replace: hashOf('c'), by: hashOf('d') }],
    ])
  })

  it('ends once the transaction is dropped', async () => {
    const more: Look = { hash: hashOf('a'), state: 'pending' }
    const { follow, seen } = startWorld({ looks: [{ hash: hashOf('a'), state: 'dropped' }, more, more] })
    await follow()
    expect(seen).toEqual([{ sleep: 10_000 }, { look: hashOf('a') }])
  })

  it('continues if the relayer does not respond, and ends without an error when its signal aborts', async () => {
    const { follow, seen } = startWorld({ looks: [down, refused, { hash: hashOf('b'), state: 'pending' }] })
    await expect(follow()).resolves.toBeUndefined()
    expect(seen.filter((one) => typeof one === 'object' && one !== null && 'look' in one)).toHaveLength(3)
    expect(seen.at(-1)).toEqual({ replace: hashOf('a'), by: hashOf('b') })
  })

  it('reports every refused request, but not one that its end aborted', async () => {
    const { follow, seen } = startWorld({ looks: [limited, down, refused] })
    await follow()
    const isRefusal = (one: unknown): boolean => typeof one === 'object' && one !== null && 'refused' in one
    expect(seen.filter(isRefusal)).toEqual([{ refused: limited }, { refused: down }])
  })
})
