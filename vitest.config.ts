import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/longest-first.ts'

/** Tests that open no socket, start no process and build nothing; `test/unit-guard.ts` fails those that do. */
const unit = ['src/**/*.test.ts', 'test/*.test.ts', 'test/report/*.test.ts']
const stack = ['src/**/*.stack.test.ts', 'test/**/*.test.ts']

/** The whole weather: its runs wait much more than they compute, so that more of them fit beside each other. */
const wholeWeather = process.env.WEATHER === 'full'

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
    sequence: { sequencer: LongestFirst },
    // What is waited for comes; how soon is the machine's business.
    expect: { poll: { timeout: 30_000 } },
    reporters: ['default', './test/slowest-files.ts'],
    // Measured on the unit tests alone: most of what the stack tests run is in processes of their own.
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/**/*.{test,fixture}.ts'],
      reporter: ['text-summary', 'html'],
      thresholds: { lines: 50 },
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: unit,
          exclude: ['**/*.stack.test.ts'],
          setupFiles: ['test/unit-guard.ts'],
          pool: 'threads',
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'stack',
          include: stack,
          exclude: ['test/!(*.stack).test.ts', 'test/report/*.test.ts'],
          globalSetup: ['test/compile-program.ts'],
          pool: 'forks',
          // Files that share a worker's modules share the redactor too: secrets of one have vanished from the output of another.
          isolate: true,
          // Many tests wait for blocks and time-outs of programs they started.
          maxWorkers: wholeWeather ? 2 : 4,
          // Tests that run beside each other in one file run the whole program each.
          maxConcurrency: wholeWeather ? 4 : 2,
          sequence: { groupOrder: 1 },
          // Tests on real sockets and real blocks share CI's machines with strangers. Who needed the second chance is listed.
          retry: process.env.CI ? 1 : 0,
        },
      },
    ],
  },
})
