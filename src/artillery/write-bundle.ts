import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import { type Problem, throwProblems } from '../config/problem.ts'
import { readTarget } from '../config/resolve-target.ts'
import type { TargetPlan } from '../config/target.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { shareOf } from '../load/split.ts'
import { mayHoldKey } from '../redaction/url-secrets.ts'
import { describeBundle } from './describe-bundle.ts'
import { builtFolder } from './package-files.ts'
import { type Form, renderScript } from './script.ts'

/** Contents of a bundle. */
export type BundleOptions = {
  folder: string
  config: LoadTestConfig
  /** Settings, as in a config file. */
  settings: Record<string, unknown>
  form: Form
  /** Number of parts to split the load into, with one script each. @default only the configuration's own part */
  parts?: number | undefined
}

/**
 * Writes a folder that Artillery can run anywhere, including machines that it starts: scripts, processor and program. It needs no
 * installation and contains no secrets.
 *
 * @returns the names of the scripts
 * @throws LoadTestError CONFIG_INVALID; RESULTS_UNWRITABLE if the folder cannot be written or contains something else
 */
export function writeBundle({ folder, config, settings, form, parts }: BundleOptions): string[] {
  const target = ['local', 'moksha', 'env'].includes(config.target) ? undefined : readTarget(config.target)
  if (target) throwProblems(secretsIn(target), 'Set such a target through the environment: --target env.')
  const given = withTarget(settings, target ? 'target.json' : config.target)
  const scripts = partsOf(config, parts).map(({ name, part }) => {
    const load = { ...(given.load as object | undefined), part: `${part.index + 1}/${part.count}` }
    const variables = { form, settings: part.count > 1 ? { ...given, load } : given }
    return { name, text: renderScript({ ...config, load: { ...config.load, part } }, variables) }
  })
  try {
    clear(folder)
    for (const name of ['processor.cjs', 'program']) {
      cpSync(join(builtFolder, name), join(folder, name), { recursive: true })
    }
    for (const { name, text } of scripts) writeFileSync(join(folder, name), text)
    if (target) {
      const { pids: _pids, metricsUrls: _metricsUrls, ...document } = target
      writeFileSync(join(folder, 'target.json'), `${JSON.stringify(document, null, 2)}\n`)
    }
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "dependencies": {} }\n')
    const names = scripts.map(({ name }) => name)
    writeFileSync(join(folder, 'README.md'), describeBundle({ config, form, scripts: names }))
    return names
  } catch (cause) {
    if (cause instanceof LoadTestError) throw cause
    throw new LoadTestError('RESULTS_UNWRITABLE', `Cannot write ${folder}.`, { cause })
  }
}

/** Returns one script per part. */
function partsOf({ users, load }: LoadTestConfig, parts: number | undefined) {
  if (parts === undefined || parts === 1) return [{ name: 'script.yml', part: load.part }]
  const least = Math.min(users, load.concurrency)
  const problems: Problem[] = []
  if (load.part.count > 1) problems.push({ key: '--parts', found: 'it cannot be combined with --part' })
  if (shareOf(least, { index: parts - 1, count: parts }) === 0) {
    const found = `${users} users with a concurrency of ${load.concurrency} cannot be split into ${parts} parts`
    problems.push({ key: '--parts', found })
  }
  throwProblems(problems)
  const width = String(parts).length
  return Array.from({ length: parts }, (_, index) => ({
    name: `part-${String(index + 1).padStart(width, '0')}-of-${parts}.yml`,
    part: { index, count: parts },
  }))
}

/** Returns the settings for other machines, without those for this terminal and disk. */
function withTarget(
  { output: _output, dryRun: _dryRun, ...settings }: Record<string, unknown>,
  target: string,
) {
  return target === 'local' ? settings : { ...settings, target }
}

function secretsIn({ chain, storage, personalServer, apiServer }: TargetPlan): Problem[] {
  const urls = {
    'chain.rpcUrls': chain.rpcUrls,
    'storage.apiEndpoint': [storage.apiEndpoint ?? ''],
    'personalServer.url': [personalServer.url],
    'apiServer.url': [apiServer?.url ?? ''],
  }
  return Object.entries(urls)
    .filter(([, list]) => list.some(mayHoldKey))
    .map(([key]) => ({ key, found: 'its URL seems to contain an access key, which must not be in a bundle' }))
}

/** Empties a folder that contains a bundle, and rejects any other. */
function clear(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0 && !existsSync(join(folder, 'processor.cjs'))) {
    throw new LoadTestError('RESULTS_UNWRITABLE', `${folder} is not empty and is not an earlier bundle.`)
  }
  const old = existsSync(folder) ? readdirSync(folder) : []
  for (const name of old.filter((name) => bundleFile.test(name))) {
    rmSync(join(folder, name), { recursive: true })
  }
  mkdirSync(folder, { recursive: true })
}

const bundleFile = /^(program|target\.json|script\.yml|part-\d+-of-\d+\.yml)$/
