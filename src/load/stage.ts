import { formatDuration, parseDuration } from './duration.ts'
import { formatRate, parseRate } from './rate.ts'

/** A period in which the rate changes linearly from one value to another. */
export type RateStage = { durationMs: number; fromPerSecond: number; toPerSecond: number }

/** Additional users for a while. */
export type Spike = { atMs: number; durationMs: number; perSecond: number }

/**
 * Reads a stage such as `5/s for 10m`, or `0-5/s over 30s` for a rising rate.
 *
 * @returns `undefined` for anything else
 * @example parseStage('5-20 over 10s') // { durationMs: 10_000, fromPerSecond: 5, toPerSecond: 20 }
 */
export function parseStage(text: string): RateStage | undefined {
  const match = /^([\d.]+)(?:\s*(?:-|to)\s*([\d.]+))?\s*(\/\s*\w+)?\s+(?:for|over)\s+(.+)$/.exec(text)
  if (!match) return undefined
  const [, from = '', to = from, unit = '', time = ''] = match
  const fromPerSecond = parseRate(from + unit)
  const toPerSecond = parseRate(to + unit)
  const durationMs = parseDuration(time, 'm')
  if (fromPerSecond === undefined || toPerSecond === undefined || durationMs === undefined) return undefined
  return { durationMs, fromPerSecond, toPerSecond }
}

/** Formats a stage for {@link parseStage}. */
export function formatStage({ durationMs, fromPerSecond, toPerSecond }: RateStage): string {
  if (fromPerSecond === toPerSecond) return `${fromPerSecond}/s for ${formatDuration(durationMs)}`
  return `${fromPerSecond}-${toPerSecond}/s over ${formatDuration(durationMs)}`
}

/**
 * Reads a spike such as `20/s for 30s at 5m`.
 *
 * @returns `undefined` for anything else
 */
export function parseSpike(text: string): Spike | undefined {
  const match = /^(.+?)\s+for\s+(.+?)\s+at\s+(.+)$/.exec(text)
  if (!match) return undefined
  const [, rate = '', time = '', at = ''] = match
  const perSecond = parseRate(rate.replace(/^\+/, ''))
  const durationMs = parseDuration(time, 'm')
  const atMs = parseDuration(at, 'm')
  if (perSecond === undefined || durationMs === undefined || atMs === undefined) return undefined
  return { atMs, durationMs, perSecond }
}

/** Formats a spike for {@link parseSpike}. */
export function formatSpike({ atMs, durationMs, perSecond }: Spike): string {
  return `${perSecond}/s for ${formatDuration(durationMs)} at ${formatDuration(atMs)}`
}

/** A stage in words: `from 0/s to 5/s over 30s`. */
export function describeStage({ durationMs, fromPerSecond, toPerSecond }: RateStage): string {
  const time = formatDuration(durationMs)
  if (fromPerSecond === toPerSecond) return `${formatRate(toPerSecond)} for ${time}`
  return `${formatRate(fromPerSecond)} to ${formatRate(toPerSecond)} over ${time}`
}

/** Returns the number of users of a stage. */
export function usersOfStage({ durationMs, fromPerSecond, toPerSecond }: RateStage): number {
  return ((fromPerSecond + toPerSecond) / 2) * (durationMs / 1000)
}

/** Returns the number of users of a spike. */
export function usersOfSpike({ durationMs, perSecond }: Spike): number {
  return perSecond * (durationMs / 1000)
}
