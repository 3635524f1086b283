/** What an emulator has done so far. */
export type EmulatorCounters = {
  requests: number
  /** Requests answered with a status of 400 or more. */
  errors: number
  uploads: number
  downloads: number
  /** Bytes of object bodies received. */
  bytesIn: number
  /** Bytes of object bodies sent. */
  bytesOut: number
  /** Requests in flight. */
  inFlight: number
}

export function createCounters(): EmulatorCounters {
  return { requests: 0, errors: 0, uploads: 0, downloads: 0, bytesIn: 0, bytesOut: 0, inFlight: 0 }
}
