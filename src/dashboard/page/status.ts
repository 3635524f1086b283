import type { ReportNode, VerdictNode } from '../../report/document/document.ts'
import { code } from '../../report/document/inline.ts'
import type { Tone } from '../../report/finding.ts'
import {
  formatClock,
  formatCount,
  formatCounted,
  formatInstant,
  formatShare,
} from '../../report/format-value.ts'
import { sumOutcomes } from '../../results/outcome-counts.ts'
import type { LiveState } from '../live-state.ts'

/** The top of the page: which run, and its state in a sentence; at the end the verdict. */
export function status(state: LiveState): ReportNode[] {
  const { tool, snapshot, result } = state
  const nodes: ReportNode[] = [
    {
      kind: 'verdict',
      ...sentence(state),
      tool,
      id: snapshot?.run.id ?? '',
      facts: facts(state),
    },
  ]
  if (result === null) return nodes
  const { reportPath, findings } = result
  if (reportPath !== null) nodes.push({ kind: 'paragraph', text: ['Report: ', code(reportPath)] })
  if (findings.length > 0) {
    nodes.push({
      kind: 'section',
      id: 'findings',
      title: 'Findings',
      nodes: [{ kind: 'findings', findings }],
    })
  }
  return nodes
}

function facts({ asked, snapshot, result }: LiveState): VerdictNode['facts'] {
  const facts: [string, string][] = [
    ['preset', asked.preset ?? 'none'],
    ['target', asked.target],
    ['seed', asked.seed],
    ['users', formatCount(snapshot?.users.planned ?? asked.users)],
  ]
  if (snapshot !== null) {
    facts.push(['started', formatInstant(snapshot.run.startedAt)], ['time', formatClock(snapshot.elapsedMs)])
    if (snapshot.phase !== null) facts.push(['phase', snapshot.phase])
  }
  if (result !== null && result.exitCode !== null) facts.push(['exit code', String(result.exitCode)])
  return facts
}

/** Title of the browser tab. */
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
    `${formatCount(users.started)} started, ${formatCount(now.active)} in flight,`,
    lost === 0 ? 'none failed.' : `${formatCount(lost)} did not succeed.`,
    ...troubles(state),
  ].join(' ')
  const isOver = ended >= users.planned && now.active === 0
  return {
    tone: toneOf(state),
    headline: isOver
      ? 'All users have ended. Returning funds and writing the report.'
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
          `${failing.map(({ expression }) => expression).join(', ')} ${failing.length === 1 ? 'is' : 'are'} failing so far.`,
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
