import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readTextFile } from './read-text-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'text-file-'))
afterAll(() => rmSync(folder, { recursive: true }))

let count = 0
function fileOf(bytes: Uint8Array | string): string {
  const path = join(folder, `file-${count++}`)
  writeFileSync(path, bytes)
  return path
}

describe('readTextFile', () => {
  it.each([
    ['UTF-8', Buffer.from('käse\n')],
    ['UTF-8 with a byte order mark', Buffer.from('\uFEFFkäse\n')],
    ['UTF-16, little-endian', Buffer.from('\uFEFFkäse\n', 'utf16le')],
    ['UTF-16, big-endian', Buffer.from('\uFEFFkäse\n', 'utf16le').swap16()],
  ])('reads %s', (_name, bytes) => {
    expect(readTextFile(fileOf(bytes))).toEqual({ text: 'käse\n' })
  })

  it.each([
    ['UTF-16 without a byte order mark', Buffer.from('käse', 'utf16le'), 'UTF-16'],
    [
      'ASCII letters in UTF-16 without one',
      Buffer.from('a=b', 'utf16le'),
      'UTF-16 without a byte order mark',
    ],
    ['half a letter of UTF-16', Buffer.from([0xff, 0xfe, 0x61]), 'not UTF-16'],
    ['Latin-1', Buffer.from('käse', 'latin1'), 'not UTF-8'],
  ])('rejects %s instead of losing letters', (_name, bytes, problem) => {
    const read = readTextFile(fileOf(bytes))
    expect(read.text).toBeUndefined()
    expect(read.problem).toMatch(/save it as UTF-8/)
    if (problem !== 'UTF-16') expect(read.problem).toContain(problem)
  })

  it('reports why there is no text', () => {
    const missing = { problem: 'there is no such file', isMissing: true }
    expect(readTextFile(join(folder, 'nope'))).toEqual(missing)
    expect(readTextFile(join(fileOf('x'), 'nope'))).toEqual(missing)
    expect(readTextFile(folder)).toEqual({ problem: 'it is a directory', isMissing: false })
    expect(readTextFile('a\0b').problem).toBe('it is no valid path')
    const loop = join(folder, 'loop')
    symlinkSync(loop, loop)
    expect(readTextFile(loop).problem).toBe('ELOOP')
  })

  it('reads no more than the limit, whatever size the file reports', () => {
    expect(readTextFile('/dev/zero').problem).toBe('it is larger than 16 MiB')
    expect(readTextFile('/dev/zero', { maxBytes: 2 ** 20 }).problem).toBe('it is larger than 1 MiB')
    expect(readTextFile(fileOf('x'.repeat(2 ** 20)), { maxBytes: 2 ** 20 }).text).toHaveLength(2 ** 20)
    expect(readTextFile('/dev/null')).toEqual({ text: '' })
  })

  it('times out on a pipe without a writer', () => {
    const path = join(folder, 'silent-pipe')
    execFileSync('mkfifo', [path])
    expect(readTextFile(path, { patienceMs: 20 }).problem).toMatch(/nothing was written to it/)
  })

  it('waits for the writer of a pipe and reads everything that it writes', () => {
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    const writer = spawn('sh', ['-c', 'printf one > "$1"', 'sh', path], { stdio: 'ignore' })
    expect(readTextFile(path, { patienceMs: 50_000 })).toEqual({ text: 'one' })
    writer.kill()
  })
})
