import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Flags } from '../config/flag-layer.ts'
import { resolveConfig } from '../config/resolve-config.ts'
import { type BundleOptions, writeBundle } from './write-bundle.ts'

let root: string
let folder: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'vana-load-test-'))
  folder = join(root, 'bundle')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const write = (flags: Flags, more: Partial<BundleOptions> = {}) =>
  writeBundle({ folder, config: resolveConfig({ flags }).config, settings: {}, form: 'users', ...more })

function targetFile(rpcUrl: string): string {
  const example = new URL('../../configs/target.example.json', import.meta.url)
  const document = JSON.parse(readFileSync(example, 'utf8'))
  document.chain.rpcUrls = [rpcUrl]
  const path = join(root, 'target.json')
  writeFileSync(path, JSON.stringify(document))
  return path
}

it('needs no installation: the processor imports only Node modules, and the package has no dependency', () => {
  expect(write({ '--users': '5' })).toEqual(['script.yml'])
  expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).toEqual({
    private: true,
    dependencies: {},
  })
  const code = readFileSync(join(folder, 'processor.cjs'), 'utf8')
  const imported = [...code.matchAll(/(?:require|import)\("([^"]+)"\)/g)].map(([, name = '']) => name)
  expect(imported.length).toBeGreaterThan(2)
  expect(imported.filter((name) => !builtinModules.includes(name.replace('node:', '')))).toEqual([])
  // Artillery would call functions that are not async with a callback.
  expect(code).toMatch(/async function flow\(/)
})

it('writes a script for each part, with its number', () => {
  const names = write({ '--users': '100', '--rate': '5' }, { parts: 3 })
  expect(names).toEqual(['part-1-of-3.yml', 'part-2-of-3.yml', 'part-3-of-3.yml'])
  const scripts = names.map((name) => parse(readFileSync(join(folder, name), 'utf8')).config)
  expect(scripts.map(({ variables }) => variables.vanaLoad.settings.load.part)).toEqual(['1/3', '2/3', '3/3'])
  expect(scripts.map(({ phases }) => phases[0].arrivalCount)).toEqual([34, 33, 33])
})

it('rejects more parts than the concurrency allows', () => {
  expect(() => write({ '--users': '100', '--rate': '5', '--concurrency': '2' }, { parts: 3 })).toThrow(
    /3 parts/,
  )
})

it('includes a target document, unless its URL contains an access key', () => {
  write({ '--users': '5', '--target': targetFile('https://rpc.test/v1') })
  expect(JSON.parse(readFileSync(join(folder, 'target.json'), 'utf8')).name).toBe('staging')
  const { variables, includeFiles } = parse(readFileSync(join(folder, 'script.yml'), 'utf8')).config
  expect(variables.vanaLoad.settings.target).toBe('target.json')
  expect(includeFiles).toEqual(['./program', './target.json'])
  const withKey = targetFile('https://rpc.test/v2/8f3aK9xyz123')
  expect(() => write({ '--users': '5', '--target': withKey })).toThrow(/chain\.rpcUrls: .*access key/)
})

it('replaces an earlier bundle but leaves any other folder alone', () => {
  write({ '--users': '100', '--rate': '5' }, { parts: 3 })
  write({ '--users': '5' })
  expect(readdirSync(folder).filter((name) => name.endsWith('.yml'))).toEqual(['script.yml'])
  rmSync(join(folder, 'processor.cjs'))
  expect(() => write({ '--users': '5' })).toThrow(expect.objectContaining({ code: 'RESULTS_UNWRITABLE' }))
})
