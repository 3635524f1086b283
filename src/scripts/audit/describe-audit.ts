import { type Colors, printable } from '../../report/terminal-text.ts'
import type { AuditCheck } from './check.ts'

/** Writes checks one below the other, with where a broken claim is broken. */
export function describeAudit(checks: readonly AuditCheck[], colors: Colors): string {
  const marks = {
    holds: colors.green('holds  '),
    broken: colors.red('BROKEN '),
    unchecked: colors.yellow('unknown'),
    noted: colors.cyan('note   '),
  }
  return checks
    .map(({ claim, verdict, detail, examples }) =>
      [
        `${marks[verdict]} ${colors.bold(claim)}`,
        `         ${printable(detail)}`,
        ...examples.map((text) => `         - ${printable(text)}`),
      ].join('\n'),
    )
    .join('\n')
}
