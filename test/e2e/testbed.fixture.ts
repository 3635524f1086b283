import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Target, targetSchema } from '../../src/config/target.ts'
import { startProgram } from './program.fixture.ts'

/** An embedded stack of a test's own. */
export type TestTestbed = {
  target: Target
  /** Its target document, as `--target` takes it. */
  file: string
  stop(): Promise<void>
}

/**
 * Starts the embedded stack as a user would, with quick answers, and blocks that come quickly unless the flags say
 * otherwise.
 *
 * @param folder where its target document is written
 * @param flags of the command `testbed`
 */
export async function startTestbed(folder: string, ...flags: string[]): Promise<TestTestbed> {
  const quick = ['--inference-median', '100ms', '--block-time', '300ms']
  const { child, says, ended } = startProgram(['testbed', '--json', ...quick, ...flags], folder)
  const [line] = await says(/^\{.*\}$/m)
  const file = join(folder, `target-${child.pid}.json`)
  writeFileSync(file, line)
  return {
    target: targetSchema.parse(JSON.parse(line)),
    file,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
