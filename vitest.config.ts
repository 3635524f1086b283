import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/longest-first.ts'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
    globalSetup: ['test/compile-program.ts'],
    // Many tests wait for blocks and time-outs of programs they started.
    maxWorkers: 3,
    // Tests that run beside each other in one file run the whole program each.
    maxConcurrency: 2,
    sequence: { sequencer: LongestFirst },
    // What is waited for comes; how soon is the machine's business.
    expect: { poll: { timeout: 30_000 } },
    // Tests on real sockets and real blocks share CI's machines with strangers. Who needed the second chance is listed.
    retry: process.env.CI ? 1 : 0,
    pool: 'forks',
  },
})
