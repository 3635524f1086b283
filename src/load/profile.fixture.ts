import fc from 'fast-check'
import type { ClosedArrival, LoadProfile, OpenArrival } from './profile.ts'
import { type RateStage, type Spike, usersOfSpike, usersOfStage } from './stage.ts'

/** Stages, at least one of them with a rate, including pauses and jumps. */
export const someStages: fc.Arbitrary<RateStage[]> = fc
  .array(
    fc.record({
      durationMs: fc.integer({ min: 100, max: 600_000 }),
      fromPerSecond: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 50, noNaN: true })),
      toPerSecond: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 50, noNaN: true })),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .filter((stages) => stages.some((stage) => usersOfStage(stage) > 0))

/** Spikes that fit stages of that length. */
export function someSpikes(lengthMs: number): fc.Arbitrary<Spike[]> {
  const spike = fc
    .record({
      from: fc.integer({ min: 0, max: lengthMs - 1 }),
      to: fc.integer({ min: 1, max: lengthMs }),
      perSecond: fc.double({ min: 0.1, max: 100, noNaN: true }),
    })
    .filter(({ from, to }) => from < to)
    .map(({ from, to, perSecond }) => ({ atMs: from, durationMs: to - from, perSecond }))
  return fc.array(spike, { maxLength: 3 })
}

const alongRate: fc.Arbitrary<OpenArrival> = someStages.chain((stages) =>
  fc.record({
    kind: fc.constantFrom('poisson' as const, 'constant' as const),
    stages: fc.constant(stages),
    spikes: someSpikes(stages.reduce((sum, { durationMs }) => sum + durationMs, 0)),
  }),
)

/** Any open profile, with up to 300 users. */
export const someOpenProfile: fc.Arbitrary<LoadProfile<OpenArrival>> = fc
  .record({
    users: fc.integer({ min: 1, max: 300 }),
    concurrency: fc.integer({ min: 1, max: 50 }),
    patienceMs: fc.integer({ min: 0, max: 5_000 }),
    arrival: fc.oneof(
      alongRate,
      fc.record({
        kind: fc.constant('wave' as const),
        size: fc.integer({ min: 1, max: 20 }),
        everyMs: fc.integer({ min: 1, max: 10_000 }),
      }),
      fc.record({
        kind: fc.constant('replay' as const),
        dueMs: fc
          .array(fc.double({ min: 0, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 100 })
          .map((times) => times.sort((a, b) => a - b)),
      }),
    ),
  })
  .map((profile) =>
    profile.arrival.kind === 'replay' ? { ...profile, users: profile.arrival.dueMs.length } : profile,
  )

/** Any closed profile, with up to 60 users. */
export const someClosedProfile: fc.Arbitrary<LoadProfile<ClosedArrival>> = fc.record({
  users: fc.integer({ min: 1, max: 60 }),
  concurrency: fc.integer({ min: 1, max: 12 }),
  patienceMs: fc.constant(0),
  arrival: fc.oneof(
    fc.record({
      kind: fc.constant('batch' as const),
      size: fc.integer({ min: 1, max: 15 }),
      delayMs: fc.integer({ min: 0, max: 500 }),
    }),
    fc.constant({ kind: 'at-once' as const }),
  ),
})

/** A profile of stages with the matching number of users. */
export function alongStages(
  kind: 'poisson' | 'constant',
  stages: readonly RateStage[],
  spikes: readonly Spike[] = [],
): LoadProfile<OpenArrival> {
  const total =
    stages.reduce((sum, stage) => sum + usersOfStage(stage), 0) +
    spikes.reduce((sum, spike) => sum + usersOfSpike(spike), 0)
  const users = Math.max(1, Math.round(total))
  return { users, concurrency: users, patienceMs: 30_000, arrival: { kind, stages, spikes } }
}

/** A stage at one rate. */
export function flat(perSecond: number, durationMs: number): RateStage {
  return { durationMs, fromPerSecond: perSecond, toPerSecond: perSecond }
}
