import type { PartName, PartSettings } from './part-settings.ts'

/** A running part. */
export type RunningPart = {
  url: string
  /** The part's own counters, as plain data. */
  stats(): unknown
  /** Starts the faults of a fault proxy. Other parts have none. */
  startFaults?(): void
  stop(): Promise<void>
}

/**
 * Starts parts in this process. Each starter loads the code of its own part only: the code of another part would cost half
 * a second and 20 MB.
 */
export const partStarters: { [Name in PartName]: (settings: PartSettings[Name]) => Promise<RunningPart> } = {
  async storage(settings) {
    if (settings.provider === 'gcs') {
      const { startStorageEmulator } = await import('./storage/start-storage-emulator.ts')
      const { port, bucket, public: isPublic, serviceAccounts, accessTokens } = settings
      return await startStorageEmulator({
        port,
        buckets: [{ name: bucket, public: isPublic }],
        serviceAccounts,
        accessTokens,
      })
    }
    const { port, requestsPerMinute } = settings
    const common = { port, requestsPerMinute }
    if (settings.provider === 'pinata') {
      const { startPinataEmulator } = await import('./pinata/start-pinata-emulator.ts')
      return await startPinataEmulator({ ...common, keys: [{ jwt: settings.jwt }] })
    }
    const { startDriveEmulator } = await import('./google-drive/start-drive-emulator.ts')
    const { refreshGrant, folder } = settings
    return await startDriveEmulator({ ...common, refreshGrants: [refreshGrant], folders: [folder] })
  },

  async personalServer({ rateLimits, ...settings }) {
    const { startPersonalServer } = await import('./personal-server/start-personal-server.ts')
    return await startPersonalServer({ ...settings, rateLimits: rateLimits || 'off' })
  },

  async faults(settings) {
    const { startFaultProxy } = await import('./faults/start-fault-proxy.ts')
    return await startFaultProxy(settings)
  },

  async apiServer({ granteeId, moreGrantees, maxSpendWei, ...settings }) {
    const { LoadTestApiServer } = await import('../server/load-test-api-server.ts')
    const server = new LoadTestApiServer({
      ...settings,
      moreGrantees: moreGrantees.map(({ id, privateKey }) => ({ id: BigInt(id), privateKey })),
      maxSpendWei: maxSpendWei === undefined ? undefined : BigInt(maxSpendWei),
      granteeId: granteeId === undefined ? undefined : BigInt(granteeId),
    })
    const { url } = await server.start()
    return { url, stats: () => server.stats(), stop: () => server.stop() }
  },
}
