import type { Finding, Verdict } from './check.ts'

const marks: Record<Verdict, string> = { ok: 'ok  ', warning: 'warn', failed: 'FAIL', skipped: 'skip' }

/** Writes findings as a table, each with what to do about it. */
export function describeFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length))
  return findings
    .map(({ name, verdict, detail, hint, durationMs }) => {
      const took = verdict === 'skipped' ? '' : `  (${durationMs} ms)`
      const line = `${marks[verdict]}  ${name.padEnd(width)}  ${detail}${took}`
      return hint === null || verdict === 'ok' ? line : `${line}\n${' '.repeat(width + 8)}${hint}`
    })
    .join('\n')
}
