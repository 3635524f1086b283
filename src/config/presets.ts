/** A preset: what a config file could hold. */
type Preset = {
  /** One line for people. */
  summary: string
  values: Readonly<Record<string, unknown>>
}

/**
 * The named configurations.
 *
 * The limits of `conservative` and `burst` are those that the network is asked to hold: 85 % of flows succeed, 95 % of
 * them within 45 seconds. Their breakers are wide enough not to trip on 15 % of failures by chance, and pause:
 * a run of hours is worth going on with once the target works again.
 */
export const presets = {
  smoke: {
    summary: '60 users at 2/s against the embedded testbed: half a minute.',
    values: {
      users: 60,
      thresholds: ['success >= 99%'],
      'load.rate': 2,
      'load.concurrency': 60,
      'flow.timeout': '60s',
    },
  },
  debug: {
    summary: 'One user after another, every step shown.',
    values: {
      users: 1,
      thresholds: ['success >= 100%'],
      'load.arrival': 'constant',
      'load.rate': 1,
      'load.concurrency': 1,
      'load.patience': '10m',
      'flow.timeout': '5m',
      'breaker.mode': 'off',
      'output.verbose': true,
    },
  },
  conservative: {
    summary: '5,000 users, 200 at a time, in one hour (ramp 10 min, sustain 40, ramp down 10).',
    values: {
      users: 5_000,
      thresholds: ['success >= 85%', 'flow.p95 < 45s'],
      'load.rampUp': '10m',
      'load.sustain': '40m',
      'load.rampDown': '10m',
      'load.concurrency': 200,
      'flow.timeout': '5m',
      'breaker.mode': 'pause',
      'breaker.consecutiveFailures': 15,
      'breaker.window': 200,
    },
  },
  burst: {
    summary: '12,500 users, 1,000 at a time, in three hours (ramp 30 min, sustain 120, ramp down 30).',
    values: {
      users: 12_500,
      thresholds: ['success >= 85%', 'flow.p95 < 45s'],
      'load.rampUp': '30m',
      'load.sustain': '2h',
      'load.rampDown': '30m',
      'load.concurrency': 1_000,
      'flow.timeout': '5m',
      // One that has 12,500 permissions can't be read any more.
      'flow.grantees': 2,
      'breaker.mode': 'pause',
      'breaker.consecutiveFailures': 25,
      'breaker.window': 500,
      'chain.relayerLanes': 16,
      'wallets.fundingWorkers': 8,
    },
  },
} as const satisfies Record<string, Preset>

/** The name of a preset. */
export type PresetName = keyof typeof presets

/** The names of all presets. */
export const presetNames = Object.keys(presets) as readonly PresetName[]
