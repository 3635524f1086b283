import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeProfile } from './describe-profile.ts'
import { drawProfile } from './draw-profile.ts'
import { alongStages, flat, someClosedProfile, someOpenProfile } from './profile.fixture.ts'
import type { LoadProfile } from './profile.ts'
import { profilePhases } from './profile-phase.ts'
import { scaleProfile } from './scale-profile.ts'
import { wholeLoad } from './split.ts'

const spike = { atMs: 300_000, durationMs: 30_000, perSecond: 20 }
const ramp = { durationMs: 60_000, fromPerSecond: 0, toPerSecond: 5 }
const climbing = alongStages('poisson', [ramp, flat(5, 600_000)], [spike])

describe('describeProfile', () => {
  it('describes stages with a spike, compressed', () => {
    expect(describeProfile(scaleProfile(climbing, 2), wholeLoad)).toBe(
      '3,750 users in a Poisson process: 0/s to 10/s over 30s, then 10/s for 5m, and 40/s more for 15s at 2m30s, ' +
        '2 times faster than written; at most 3,750 in flight; a user who gets no slot within 30s is dropped.',
    )
  })

  it('describes batches, as a part', () => {
    const profile = {
      users: 50,
      concurrency: 10,
      patienceMs: 0,
      arrival: { kind: 'batch', size: 5, delayMs: 8000 },
    } as const
    expect(describeProfile(profile, { index: 1, count: 3 })).toBe(
      '50 users in batches of 5, each 8s after the previous one ends; at most 5 in flight. ' +
        'This is part 2 of 3: 17 users, at most 3 in flight.',
    )
  })
})

describe('drawProfile', () => {
  it('draws stages with a spike that is narrower than a column', () => {
    const narrow = { ...spike, durationMs: 100 }
    const profile = alongStages('constant', [ramp, flat(5, 600_000)], [narrow])
    expect(drawProfile(profile, { seed: 's', width: 50 })).toMatchInlineSnapshot(`
      [
        "     25/s ┤                 █",
        "          ┤                 █",
        "          ┤                 █",
        "   12.5/s ┤                 █",
        "          ┤   ▂▂▂▂▂▂▂▂▂▂▂▂▂▂█▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂",
        "          ┤▃▅█████████████████████████████████████",
        "          └───────────────────────────────────────",
        "           0s     2m45s     5m30s     8m15s    11m",
      ]
    `)
  })

  it('draws waves', () => {
    const arrival = { kind: 'wave', size: 5, everyMs: 10_000 } as const
    const profile = { users: 18, concurrency: 5, patienceMs: 0, arrival }
    expect(drawProfile(profile, { seed: 's', width: 40, height: 3 })).toMatchInlineSnapshot(`
      [
        "  5 users ┤█        █         █",
        "  3 users ┤█        █         █        ▆",
        "          ┤█        █         █        █",
        "          └─────────────────────────────",
        "           0s   7.5s    15s   22.5s  30s",
      ]
    `)
  })

  it('draws batches', () => {
    const arrival = { kind: 'batch', size: 5, delayMs: 8_000 } as const
    const profile = { users: 50, concurrency: 5, patienceMs: 0, arrival }
    expect(drawProfile(profile, { seed: 's' })).toMatchInlineSnapshot(`
      [
        "  5 users ┤████████ 8s ████████ 8s ████████ 8s ████████ 8s … 10 batches",
      ]
    `)
  })

  it('stays within any width', () => {
    const stage = { durationMs: 100, fromPerSecond: 0, toPerSecond: 0.010_001 }
    const slowest: LoadProfile = {
      users: 1,
      concurrency: 1,
      patienceMs: 0,
      arrival: { kind: 'poisson', stages: [stage], spikes: [] },
    }
    fc.assert(
      fc.property(
        fc.oneof(someOpenProfile, someClosedProfile),
        fc.integer({ min: 40, max: 120 }),
        (profile, width) => {
          const lines = drawProfile(profile, { seed: 's', width })
          expect(lines.filter((line) => line.length > width)).toEqual([])
        },
      ),
      { examples: [[slowest, 40]] },
    )
  })
})

describe('profilePhase', () => {
  it('names the phase at every moment', () => {
    const phaseAt = profilePhases(alongStages('poisson', [ramp, flat(0, 60_000), flat(5, 600_000)], [spike]))
    expect([0, 60_000, 120_000, 300_000, 330_000, 720_000].map(phaseAt)).toEqual([
      ...['ramp-up', 'pause', 'sustain', 'spike', 'sustain', 'drain'],
    ])
  })
})
