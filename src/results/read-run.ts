import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { z } from 'zod'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { FlowRecord } from '../flow/flow-record.ts'
import { type Environment, environmentSchema } from './environment.ts'
import { flowLineSchema } from './flow-line.ts'
import { readLines } from './read-lines.ts'
import { runFiles } from './run-folder.ts'
import { runIdPattern } from './run-id.ts'
import { type Summary, summarySchema } from './summary-schema.ts'
import { type TimelineLine, timelineLineSchema } from './timeline-line.ts'

/** A run read from its folder. */
export type StoredRun = {
  id: string
  /** Absolute path of its folder. */
  path: string
  /** `null` while the run is in progress, or if it was killed before it could write one. */
  summary: Summary | null
  environment: Environment | null
  /** As written: redacted, each value with its source. */
  config: unknown
  flows(): AsyncGenerator<FlowRecord>
  timeline(): AsyncGenerator<TimelineLine>
}

/**
 * Reads a run's folder. Flows and timeline are read line by line on request.
 *
 * @throws LoadTestError RUN_NOT_FOUND, RUN_UNREADABLE
 * @example const run = await readRun('results/20260801-142233-7f3k9a')
 */
export async function readRun(path: string): Promise<StoredRun> {
  const absolute = resolve(path)
  const isFolder = await stat(absolute).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isFolder) throw new LoadTestError('RUN_NOT_FOUND', `There is no run at ${absolute}.`)
  const file = (name: keyof typeof runFiles) => join(absolute, runFiles[name])
  return {
    id: basename(absolute),
    path: absolute,
    summary: await readJson(file('summary'), summarySchema),
    environment: await readJson(file('environment'), environmentSchema),
    config: await readJson(file('config'), null),
    flows: () => readLines(file('flows'), flowLineSchema),
    timeline: () => readLines(file('timeline'), timelineLineSchema),
  }
}

/**
 * Lists the ids of the runs in a results folder, oldest first; none if the folder does not exist.
 *
 * @example (await listRuns('results')).at(-1) // '20260801-142233-7f3k9a'
 */
export async function listRuns(resultsDir: string): Promise<string[]> {
  const entries = await readdir(resolve(resultsDir), { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isDirectory() && runIdPattern.test(entry.name))
    .map((entry) => entry.name)
    .sort()
}

/**
 * Finds a run by a reference: `latest`, `previous` (the one before it), an id, the unambiguous beginning of one, or the path of
 * its folder or its `summary.json`.
 *
 * @returns the path of its folder
 * @throws LoadTestError RUN_NOT_FOUND
 */
export async function findRun(resultsDir: string, name: string): Promise<string> {
  const ids = await listRuns(resultsDir)
  if (name === 'latest' || name === 'previous') {
    const id = ids.at(name === 'latest' ? -1 : -2)
    if (id !== undefined) return join(resolve(resultsDir), id)
    const lack = ids.length === 0 ? 'are no runs' : 'is only one run'
    throw new LoadTestError('RUN_NOT_FOUND', `There ${lack} in ${resolve(resultsDir)}.`)
  }
  const matches = ids.includes(name) ? [name] : ids.filter((id) => id.startsWith(name))
  const [match] = matches
  if (match !== undefined && matches.length === 1) return join(resolve(resultsDir), match)
  if (matches.length > 1) {
    throw new LoadTestError('RUN_NOT_FOUND', `${name} may be any of ${matches.join(', ')}.`)
  }
  const path = basename(name) === runFiles.summary ? dirname(resolve(name)) : resolve(name)
  const found = await stat(path).catch(() => null)
  if (found?.isDirectory()) return path
  throw new LoadTestError(
    'RUN_NOT_FOUND',
    `There is no run ${name}, neither in ${resolve(resultsDir)} nor as a path.`,
  )
}

async function readJson<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | null>
async function readJson(path: string, schema: null): Promise<unknown>
async function readJson(path: string, schema: z.ZodType | null): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null
    throw new LoadTestError('RUN_UNREADABLE', `${path} cannot be read.`, { cause })
  })
  if (text === null) return null
  try {
    const value: unknown = JSON.parse(text)
    return schema === null ? value : schema.parse(value)
  } catch (cause) {
    throw new LoadTestError('RUN_UNREADABLE', `${path} does not have the format of this version.`, { cause })
  }
}
