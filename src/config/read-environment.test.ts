import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { LoadTestError } from '../errors/load-test-error.ts'
import { readEnvironment } from './read-environment.ts'
import { resolveConfig } from './resolve-config.ts'

const folder = mkdtempSync(join(tmpdir(), 'environment-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The configuration of an env file with these bytes, beneath these variables of the process. */
function configure(bytes: Uint8Array | string, env: Record<string, string> = {}) {
  writeFileSync(join(folder, '.env'), bytes)
  return resolveConfig({ environment: readEnvironment({ env, cwd: folder }) })
}

function refusal(attempt: () => unknown): string {
  try {
    attempt()
  } catch (error) {
    expect(error).toBeInstanceOf(LoadTestError)
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' })
    return String(error)
  }
  throw new Error('It was not refused.')
}

describe('readEnvironment', () => {
  it('takes the first variable of a file with a byte order mark, and every one of UTF-16', () => {
    const text = '\uFEFFVANA_LOAD_TARGET=moksha\nVANA_LOAD_MAX_SPEND=0.5\n'
    for (const bytes of [
      Buffer.from(text),
      Buffer.from(text, 'utf16le'),
      Buffer.from(text, 'utf16le').swap16(),
    ]) {
      const { config } = configure(bytes)
      expect(config.target).toBe('moksha')
      expect(config.limits.maxSpendWei).toBe(500_000_000_000_000_000n)
    }
  })

  it('reports every line that it can not read, and every variable that is not there, with its line', () => {
    const found = refusal(() => configure('=x\nVANA_LOAD_MAX_SPEND=0.5\nVANA_LOAD_RATE="5'))
    expect(found).toContain('.env:1: not a variable')
    expect(found).toContain('.env:3: the quote " that opens here is never closed')
    expect(refusal(() => configure('\nVANA_LOAD_USRES=5'))).toContain(
      'VANA_LOAD_USRES (.env:2): unknown variable; did you mean VANA_LOAD_USERS?',
    )
    expect(refusal(() => configure('vana_load_users=5'))).toContain('did you mean VANA_LOAD_USERS?')
    expect(refusal(() => configure('VANA_LOAD_USERS=x'))).toContain('users (VANA_LOAD_USERS in .env:1)')
  })

  it('refuses two values for one variable of ours, and leaves those of others alone', () => {
    expect(refusal(() => configure('VANA_LOAD_USERS=5\nVANA_LOAD_USERS=6'))).toContain(
      'VANA_LOAD_USERS (.env:2): line 1 sets another value',
    )
    expect(configure('VANA_LOAD_USERS=5\nVANA_LOAD_USERS=5\nX=1\nX=2').config.users).toBe(5)
  })

  it('reads a named file only, and says why it can not', () => {
    const read = (envFile: string) => () => readEnvironment({ env: {}, cwd: folder, envFile })
    expect(refusal(read('nope.env'))).toContain("The env file nope.env can't be read: there is no such file")
    expect(refusal(read('.'))).toContain("The env file . can't be read: it is a directory")
    expect(refusal(read('/dev/zero'))).toContain('it is larger than 1 MiB')
    expect(readEnvironment({ env: { A: '1' }, cwd: join(folder, 'nowhere') })).toEqual(
      new Map([['A', { value: '1' }]]),
    )
  })
})

describe('a passphrase', () => {
  const passphraseOf = (bytes: string, env: Record<string, string> = {}) =>
    configure(bytes, env).config.secrets.keystorePassphrase
  const inFile = (text: string) => {
    const path = join(folder, 'passphrase')
    writeFileSync(path, text)
    return passphraseOf('', { VANA_LOAD_KEYSTORE_PASSPHRASE_FILE: path })
  }

  it('is the same whichever way it arrives', () => {
    for (const passphrase of [' pa#ss word ', '\tx', 'x\n', 'x"\'y', 'naïve', '  ']) {
      expect(passphraseOf('', { VANA_LOAD_KEYSTORE_PASSPHRASE: passphrase })).toBe(passphrase)
      expect(inFile(`${passphrase}\n`)).toBe(passphrase)
      expect(inFile(`${passphrase}\r\n`)).toBe(passphrase)
      const quoted = passphrase.replaceAll('"', '\\"').replaceAll('\n', '\\n')
      expect(passphraseOf(`VANA_LOAD_KEYSTORE_PASSPHRASE="${quoted}"`)).toBe(passphrase)
    }
    expect(inFile('no newline')).toBe('no newline')
  })

  it('is not shown where its file should be named', () => {
    const found = refusal(() => passphraseOf('VANA_LOAD_KEYSTORE_PASSPHRASE_FILE=hunter/2'))
    expect(found).toContain('VANA_LOAD_KEYSTORE_PASSPHRASE_FILE in .env:1')
    expect(found).not.toContain('hunter')
    expect(refusal(() => passphraseOf('', { VANA_LOAD_KEYSTORE_PASSPHRASE_FILE: folder }))).toContain(
      `the file ${folder} can't be read: it is a directory`,
    )
  })
})
