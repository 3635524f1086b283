/** The parts of the embedded stack, in the order in which they need each other, as the command line names them. */
export const testbedPartWords = {
  chain: 'chain',
  storage: 'storage',
  personalServer: 'personal-server',
  apiServer: 'api-server',
} as const

/** A part of the embedded stack that can be started alone. */
export type TestbedPart = keyof typeof testbedPartWords

/** All of them. */
export const testbedParts = Object.keys(testbedPartWords) as readonly TestbedPart[]
