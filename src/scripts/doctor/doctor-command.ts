import type { Environment } from '../../config/environment-layer.ts'
import type { ResolvedConfig } from '../../config/resolve-config.ts'
import { processRedactor } from '../../redaction/process-redactor.ts'
import { openRunTarget } from '../../run/open-run-target.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { exitCodes } from '../cli/exit-code.ts'
import { runContextOf } from '../run/run-context.ts'
import { describeFindings } from './describe-findings.ts'
import { examineTarget } from './examine-target.ts'

/** Checks a target, and prints what it found. */
export async function doctorCommand(
  resolved: ResolvedConfig,
  environment: Environment,
  io: CommandIo,
): Promise<number> {
  const { config } = resolved
  processRedactor.register(...runContextOf(resolved, environment).secrets)
  const { target, close } = await openRunTarget({
    config,
    environment,
    note: (text) => io.stderr.write(`${text}\n`),
    signal: io.signal,
  })
  try {
    const findings = await examineTarget(target, config, io.signal)
    const ready = findings.every(({ verdict }) => verdict !== 'failed')
    const text = config.output.json
      ? JSON.stringify({ schemaVersion: 1, target: target.name, ready, checks: findings }, null, 2)
      : `${describeFindings(findings)}\n\n${target.name} is ${ready ? '' : 'not '}ready.`
    io.stdout.write(`${processRedactor.text(text)}\n`)
    return ready ? exitCodes.ok : exitCodes.notReady
  } finally {
    await close()
  }
}
