import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const scripts = readdirSync(join(root, 'milestones'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /ms-\d+\/test-.*\.ts$/.test(file))
  .map((file) => join('milestones', file))

const runScript = (script: string, flag: string) =>
  spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), script, flag], {
    cwd: root,
    encoding: 'utf8',
  })

describe('the milestones', () => {
  it('show what options there are, and end', () => {
    const [script = ''] = scripts
    const { status, stdout, stderr } = runScript(script, '--help')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain(`Usage: npx tsx ${script} [options]`)
  })

  it.each(scripts)('refuse an option that they do not have, before anything starts: %s', (script) => {
    const { status, stdout, stderr } = runScript(script, '--nonsense')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^Unknown option '--nonsense'/)
    expect(stderr).not.toMatch(/\n +at /)
  })
})
