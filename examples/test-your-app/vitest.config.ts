import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: ['vana-load/vitest'],
    // A flow waits for blocks, which come once a second.
    testTimeout: 60_000,
  },
})
