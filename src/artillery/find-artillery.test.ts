import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findArtillery } from './find-artillery.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vana-load-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function install(place: string, version: string, node = '>= 22.18.0'): string {
  const path = join(folder, place, 'node_modules/artillery')
  mkdirSync(join(path, 'bin'), { recursive: true })
  writeFileSync(join(path, 'bin/run'), '')
  const document = { name: 'artillery', version, bin: { artillery: './bin/run' }, engines: { node } }
  writeFileSync(join(path, 'package.json'), JSON.stringify(document))
  return path
}

const find = (options: Partial<Parameters<typeof findArtillery>[0]> = {}) =>
  findArtillery({ places: [join(folder, 'a/b')], path: '', node: '22.18.0', ...options })

it('finds the nearest Artillery in the folders above', () => {
  install('', '2.0.1')
  expect(find().version).toBe('2.0.1')
  const path = install('a', '2.0.2')
  expect(find()).toEqual({ version: '2.0.2', program: join(path, 'bin/run') })
})

it('finds Artillery on the path, through the link that npm creates', () => {
  const path = install('global', '2.0.3')
  chmodSync(join(path, 'bin/run'), 0o755)
  mkdirSync(join(folder, 'bin'))
  symlinkSync(join(path, 'bin/run'), join(folder, 'bin/artillery'))
  expect(find({ path: `/nowhere:${join(folder, 'bin')}` }).version).toBe('2.0.3')
})

it('looks for a named Artillery only in its folder and where it was installed', () => {
  const path = install('named', '2.0.4')
  install('', '2.0.1')
  expect(find({ named: path }).version).toBe('2.0.4')
  expect(find({ named: join(folder, 'named') }).version).toBe('2.0.4')
  expect(() => find({ named: join(folder, 'bin') })).toThrow(/not in/)
})

it('suggests what to do if Artillery is missing or needs a newer Node.js', () => {
  expect(() => find()).toThrow(expect.objectContaining({ code: 'ARTILLERY_MISSING' }))
  install('', '2.0.34')
  expect(() => find({ node: '22.17.9' })).toThrow(
    expect.objectContaining({
      code: 'ARTILLERY_UNFIT',
      message: expect.stringContaining('needs Node.js 22.18.0'),
    }),
  )
  expect(find({ node: '24.0.0' }).version).toBe('2.0.34')
})
