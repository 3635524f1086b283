import { join, resolve } from 'node:path'
import { writeBundle } from '../../artillery/write-bundle.ts'
import { describeConfig } from '../../config/describe-config.ts'
import type { artilleryWriteParameters } from '../../config/parameters/artillery.ts'
import type { CommandIo } from '../cli/command-io.ts'
import type { ConfigOptions } from '../cli/config-options.ts'
import { exitCodes } from '../cli/exit-code.ts'

/** Writes a bundle, and prints how to run it. */
export function writeCommand(
  { own, resolved }: ConfigOptions<typeof artilleryWriteParameters>,
  io: Pick<CommandIo, 'cwd' | 'stdout' | 'stderr'>,
): number {
  const { config, notes } = resolved
  const { form, outputFolder, parts } = own
  const scripts = writeBundle({
    folder: resolve(io.cwd, outputFolder),
    config,
    settings: describeConfig(resolved).settings,
    form,
    parts,
  })
  for (const note of notes) io.stderr.write(`${note}\n`)
  if (config.target === 'local') {
    io.stderr.write(
      'The bundle does not contain the embedded stack. On other machines, set VANA_LOAD_TARGET to a target.\n',
    )
  }
  const [first = ''] = scripts
  for (const script of scripts) io.stdout.write(`${join(outputFolder, script)}\n`)
  io.stderr.write(
    `\nRun it with \`npx artillery run ${join(outputFolder, first)}\`. ${join(outputFolder, 'README.md')} has more.\n`,
  )
  return exitCodes.ok
}
