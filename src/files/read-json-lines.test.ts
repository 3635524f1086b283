import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type JsonLine, readJsonLines } from './read-json-lines.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vana-load-lines-'))
})
afterEach(async () => rm(folder, { recursive: true }))

async function all(path: string, unfinished: boolean): Promise<JsonLine[]> {
  const lines: JsonLine[] = []
  for await (const line of readJsonLines(path, { unfinished })) lines.push(line)
  return lines
}

async function read(text: string, unfinished = false) {
  const path = join(folder, 'lines.ndjson')
  await writeFile(path, text)
  return await all(path, unfinished)
}

describe('readJsonLines', () => {
  it('numbers lines by their place in the file and skips blank ones', async () => {
    expect(await read('\n{"a":1}\n\n[2]\n')).toEqual([
      { number: 2, value: { a: 1 } },
      { number: 4, value: [2] },
    ])
  })

  it('includes an unfinished last line only on request', async () => {
    expect(await read('1\n2')).toEqual([{ number: 1, value: 1 }])
    expect(await read('1\n2', true)).toEqual([
      { number: 1, value: 1 },
      { number: 2, value: 2 },
    ])
  })

  it('returns undefined for a line that is not JSON', async () => {
    expect(await read('{"a":\n')).toEqual([{ number: 1, value: undefined }])
  })

  it('assembles lines that are longer than one read', async () => {
    const long = 'ü'.repeat(300_000)
    expect(await read(`${JSON.stringify(long)}\n3\n`)).toEqual([
      { number: 1, value: long },
      { number: 2, value: 3 },
    ])
  })

  it('finds no lines in a missing file, and reports why a file cannot be read', async () => {
    expect(await all(join(folder, 'none'), true)).toEqual([])
    await expect(all(folder, true)).rejects.toMatchObject({ code: 'EISDIR' })
  })
})
