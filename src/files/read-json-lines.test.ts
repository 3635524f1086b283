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

describe('reading JSON lines', () => {
  it('numbers them by their place in the file, without the blank ones', async () => {
    expect(await read('\n{"a":1}\n\n[2]\n')).toEqual([
      { number: 2, value: { a: 1 } },
      { number: 4, value: [2] },
    ])
  })

  it('counts a last line without its end only when asked to', async () => {
    expect(await read('1\n2')).toEqual([{ number: 1, value: 1 }])
    expect(await read('1\n2', true)).toEqual([
      { number: 1, value: 1 },
      { number: 2, value: 2 },
    ])
  })

  it('gives a line that is no JSON as undefined', async () => {
    expect(await read('{"a":\n')).toEqual([{ number: 1, value: undefined }])
  })

  it('puts lines together that are longer than what is read at once', async () => {
    const long = 'ü'.repeat(300_000)
    expect(await read(`${JSON.stringify(long)}\n3\n`)).toEqual([
      { number: 1, value: long },
      { number: 2, value: 3 },
    ])
  })

  it('finds none in a file that is not there, and says why one cannot be read', async () => {
    expect(await all(join(folder, 'none'), true)).toEqual([])
    await expect(all(folder, true)).rejects.toMatchObject({ code: 'EISDIR' })
  })
})
