import { formatClock, formatCount, formatCounted, formatShare } from '../../report/format-value.ts'
import { verdictHeader, whatToKnow } from '../../report/html/blocks.ts'
import { html, type SafeHtml } from '../../report/html/safe-html.ts'
import type { Tone } from '../../report/verdict.ts'
import { sumOutcomes } from '../../results/outcome-counts.ts'
import type { LiveState } from '../live-state.ts'

/** The top of the page: which run, and in a sentence how it stands; at the end the verdict. */
export function status(state: LiveState): SafeHtml {
  const { tool, asked, snapshot, result } = state
  const facts: [string, string][] = [
    ['preset', asked.preset ?? 'none'],
    ['target', asked.target],
    ['seed', asked.seed],
    ['users', formatCount(snapshot?.users.planned ?? asked.users)],
    ...(snapshot === null
      ? []
      : ([
          ['started', `${snapshot.run.startedAt.slice(0, 19).replace('T', ' ')} UTC`],
          ['time', formatClock(snapshot.elapsedMs)],
          ...(snapshot.phase === null ? [] : [['phase', snapshot.phase] satisfies [string, string]]),
        ] satisfies [string, string][])),
    ...(result?.exitCode == null ? [] : [['exit code', String(result.exitCode)] satisfies [string, string]]),
  ]
  const id = snapshot?.run.id ?? ''
  const header = verdictHeader({ ...sentence(state), tool, id, facts })
  if (result === null) return header
  const { reportPath, findings } = result
  return html`${header}
${reportPath !== null && html`<p class="report-path">The report is in <code>${reportPath}</code></p>`}
${findings.length > 0 && whatToKnow(findings)}`
}

/** What the tab says. */
export function titleOf({ stage, snapshot, result }: LiveState): string {
  if (result !== null) return `${result.headline} vana-load`
  if (stage === 'preparing' || snapshot === null) return 'Getting ready – vana-load'
  const { users } = snapshot
  return `${formatShare(progress(snapshot))} – ${formatCount(users.succeeded)} succeeded – vana-load`
}

function sentence(state: LiveState): { tone: Tone; headline: string; lead: string } {
  const { snapshot, result, notes, asked } = state
  if (result !== null) return result
  if (snapshot === null) {
    const lead = notes.at(-1)?.text ?? 'starting'
    return {
      tone: 'plain',
      headline: `Getting ready for ${formatCounted(asked.users, 'user')}.`,
      lead: `${lead} …`,
    }
  }
  const { users, now } = snapshot
  const ended = sumOutcomes(users)
  const lost = ended - users.succeeded
  const lead = [
    `${formatCount(users.started)} started, ${formatCount(now.active)} under way,`,
    lost === 0 ? 'none lost.' : `${formatCount(lost)} did not succeed.`,
    ...troubles(state),
  ].join(' ')
  const isOver = ended >= users.planned && now.active === 0
  return {
    tone: toneOf(state),
    headline: isOver
      ? 'All users have ended; their coins are brought back, and the report is written.'
      : `${formatCount(users.succeeded)} of ${formatCounted(users.planned, 'user')} succeeded so far.`,
    lead,
  }
}

function troubles({ snapshot, thresholds }: LiveState): string[] {
  const failing = thresholds.filter(({ verdict }) => verdict === 'fail')
  const breaker = snapshot?.breaker?.state ?? 'closed'
  return [
    ...(failing.length === 0
      ? []
      : [
          `${failing.map(({ expression }) => expression).join(', ')} ${failing.length === 1 ? 'does' : 'do'} not hold so far.`,
        ]),
    ...(breaker === 'closed' ? [] : [`The circuit breaker is ${breaker}.`]),
  ]
}

function toneOf(state: LiveState): Tone {
  if (troubles(state).length > 0) return 'warn'
  return state.thresholds.some(({ verdict }) => verdict === 'pass') ? 'good' : 'plain'
}

function progress({ users }: NonNullable<LiveState['snapshot']>): number {
  return users.planned === 0 ? 0 : Math.floor((sumOutcomes(users) / users.planned) * 100) / 100
}
