import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { refuseSwallowedFlags } from './npm-flags.ts'

const command = new Command('run')
  .option('--dry-run', '')
  .option('--users <count>', '')
  .option('--dashboard [port]', '')
  .option('--preset <name>', '')
  .option('--help', '')
  .option('--no-sweep', '')
const refuse = (env: Record<string, string>) => () =>
  refuseSwallowedFlags(command, { npm_lifecycle_event: 'run-test', npm_command: 'run', ...env })

describe('refuseSwallowedFlags', () => {
  it('names every flag that npm kept, and where to put --', () => {
    expect(refuse({ npm_config_dry_run: 'true', npm_config_users: 'true' })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: 'npm kept --dry-run --users for itself, so nothing was started.',
        hint: 'Put -- before the flags: `npm run run-test -- --dry-run --users`',
      }),
    )
    expect(refuse({ npm_config_sweep: '' })).toThrow('--no-sweep')
    expect(refuse({ npm_lifecycle_event: 'start', npm_config_dry_run: 'true' })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('`npm start -- --dry-run`') }),
    )
  })

  it('names a misspelled flag, and the flag that it resembles', () => {
    expect(refuse({ npm_config_usres: '5' })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: 'npm kept --usres for itself, so nothing was started.',
        hint: 'Put -- before the flags: `npm run run-test -- --users`',
      }),
    )
    expect(refuse({ npm_config_dryrun: 'true' })).toThrow('npm kept --dryrun for itself')
  })

  it("accepts npm's own settings, and every start without npm", () => {
    expect(refuse({ npm_config_yes: '', npm_config_fund: '', npm_config_user_agent: 'npm' })).not.toThrow()
    expect(
      refuse({ npm_config_force: 'true', npm_config_usage: 'true', npm_config_cache: '/c' }),
    ).not.toThrow()
    expect(refuse({ npm_config_if_present: 'true', npm_config_shell: '/bin/sh' })).not.toThrow()
    expect(refuse({ npm_config_sweep: 'true', npm_config_dry_run: '' })).not.toThrow()
    expect(() => refuseSwallowedFlags(command, { npm_config_dry_run: 'true' })).not.toThrow()
  })
})
