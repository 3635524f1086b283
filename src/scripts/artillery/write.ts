import { join, resolve } from 'node:path'
import type { Form } from '../../artillery/script.ts'
import { writeBundle } from '../../artillery/write-bundle.ts'
import { describeConfig } from '../../config/describe-config.ts'
import type { Environment } from '../../config/environment-layer.ts'
import { throwProblems } from '../../config/problem.ts'
import type { ResolvedConfig } from '../../config/resolve-config.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { exitCodes } from '../cli/exit-code.ts'

/** Writes a bundle, and says what to do with it. */
export async function writeCommand(
  options: { form: Form; out: string; parts?: string },
  { resolved }: { resolved: ResolvedConfig; environment: Environment },
  io: Pick<CommandIo, 'cwd' | 'stdout' | 'stderr'>,
): Promise<number> {
  const { config, notes } = resolved
  const { form, out } = options
  const scripts = writeBundle({
    folder: resolve(io.cwd, out),
    config,
    settings: describeConfig(resolved).settings,
    form,
    parts: readParts(options.parts),
  })
  for (const note of notes) io.stderr.write(`${note}\n`)
  if (config.target === 'local') {
    io.stderr.write(
      'The embedded stack is not in the bundle: on other machines, VANA_LOAD_TARGET has to name a target.\n',
    )
  }
  for (const script of scripts) io.stdout.write(`${join(out, script)}\n`)
  io.stderr.write(
    `\nRun it with \`npx artillery run ${join(out, scripts[0] ?? '')}\`; ${join(out, 'README.md')} has more.\n`,
  )
  return exitCodes.ok
}

function readParts(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const parts = Number(text)
  if (!/^\d+$/.test(text) || parts < 1 || parts > 10_000) {
    throwProblems([{ key: '--parts', found: `'${text}'`, allowed: 'a whole number from 1 to 10000' }])
  }
  return parts
}
