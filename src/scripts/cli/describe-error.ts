import { LoadTestError } from '../../errors/load-test-error.ts'

/**
 * Writes an error for people: code and message, what to do next, and what led to it; the stack only on demand.
 *
 * @example describeError(new LoadTestError('ABORTED', 'Stopped.')) // 'ABORTED: Stopped.\n  hint: The run was stopped.'
 */
export function describeError(error: unknown, options: { stack?: boolean | undefined } = {}): string {
  const lines: string[] = []
  if (error instanceof LoadTestError) {
    lines.push(`${error.code}: ${error.message}`, `  hint: ${error.hint}`)
  } else {
    lines.push(`INTERNAL: ${messageOf(error)}`)
    lines.push('  hint: This is a bug. Please report it with the output of the same command with --debug.')
  }
  for (
    let cause = causeOf(error), depth = 0;
    cause !== undefined && depth < 5;
    cause = causeOf(cause), depth++
  ) {
    lines.push(`  caused by: ${messageOf(cause)}`)
  }
  if (options.stack && error instanceof Error && error.stack) lines.push('', error.stack)
  return lines.join('\n')
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code}: ` : ''
  const [line = ''] = error.message.split('\n')
  return `${error instanceof LoadTestError ? '' : code}${line || error.name}`
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined
}
