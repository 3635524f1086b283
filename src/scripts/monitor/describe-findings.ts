import type { Finding } from '../../report/finding.ts'

const marks: Record<Finding['tone'], string> = { good: 'ok  ', plain: '    ', warn: 'warn', bad: 'BAD ' }

/** Writes findings one below the other, each with what to do about it. */
export function describeFindings(findings: readonly Finding[]): string {
  return findings
    .map(
      ({ tone, title, text, hint }) =>
        `${marks[tone]}  ${title}: ${text}${hint === null ? '' : `\n      ${hint}`}`,
    )
    .join('\n')
}
