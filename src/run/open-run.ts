import { rm } from 'node:fs/promises'
import { noRpcCalls, type RpcTotals, rpcSince } from '../metrics/rpc-totals.ts'
import { describeEnvironment } from '../results/environment.ts'
import type { MoneySettlement } from '../results/money-balance.ts'
import { createRunFolder, type RunFolder } from '../results/run-folder.ts'
import { makeRunId } from '../results/run-id.ts'
import { sdkVersion } from '../vana/sdk-version.ts'
import type { Closer } from './closer.ts'
import { type Connection, openConnection } from './connection.ts'
import { fundFirst } from './fund-first.ts'
import { type GranteeLoad, watchGrantees } from './grantee-load.ts'
import type { LoadTest } from './load-test.ts'
import { endsAtOnce } from './open-run-target.ts'
import { rpcTotalsOf } from './rpc-totals-of.ts'
import { settleMoney } from './settle-money.ts'
import type { StopControl } from './stop-control.ts'
import { openUserWallets, type UserWallets } from './user-wallets.ts'
import { type StallWatch, watchStalls } from './watch-stalls.ts'

/** A run that is open and funded, before its first user. */
export type OpenRun = {
  id: string
  folder: RunFolder
  stop: StopControl
  connection: Connection
  wallets: UserWallets
  grantees: GranteeLoad
  stalls: StallWatch
  /** RPC calls of the run so far. */
  rpcTotals: () => RpcTotals
  /** Returns the funds on the wallets; asked again, it gives the same settlement. */
  settle: () => Promise<MoneySettlement>
}

/**
 * Opens everything that a run needs, and funds its first users. What fails before funds have moved leaves no folder.
 *
 * @param options.given a connection that stays open after the run. @default the run opens its own
 * @param options.closer closes what is opened here
 */
export async function openRun(
  test: LoadTest,
  options: { given: Connection | undefined; closer: Closer; stop: StopControl },
): Promise<OpenRun> {
  const { config, redact, environment, targetDocument, view } = test
  const { note } = view
  const { given, closer, stop } = options
  const signal = stop.starting
  const id = makeRunId(new Date(), Math.random)
  const folder = await createRunFolder({ resultsDir: test.resultsDirectory, runId: id, redact })
  let isFunded = false
  closer.add(() => (isFunded ? folder.close() : discard(folder)))
  await folder.writeConfig(test.document)
  const connection =
    given ?? (await openConnection({ config, environment, targetDocument, runId: id, note, signal }))
  if (given === undefined) closer.add(() => connection.close())
  stopWhenLost(connection, stop)
  const { target, client } = connection
  const versions = { 'vana-load': test.version, '@opendatalabs/vana-sdk': sdkVersion() }
  await folder.writeEnvironment(describeEnvironment({ target, versions }))
  const stalls = watchStalls(client.connection, note)
  // A client that earlier runs used has made calls of its own.
  const before = given === undefined ? noRpcCalls : rpcTotalsOf(client.connection, stalls)
  const grantees = await watchGrantees({ config, target, rpc: client.connection.rpc, note, signal })
  const wallets = await openUserWallets({
    config,
    target,
    connection: client.connection,
    redact,
    user: `run ${id}`,
    journalFile: folder.file('funding'),
    note,
    signal,
    forced: endsAtOnce(stop.forced, connection, config),
  })
  closer.add(() => wallets.close())
  if (config.flow.submission === 'direct') note('funding the first users')
  await fundFirst(wallets, stop)
  isFunded = true
  let settled: Promise<MoneySettlement> | undefined
  const settle = (): Promise<MoneySettlement> => {
    settled ??= settleMoney(wallets)
    return settled
  }
  const rpcTotals = (): RpcTotals => rpcSince(before, rpcTotalsOf(client.connection, stalls))
  return { id, folder, stop, connection, wallets, grantees, stalls, rpcTotals, settle }
}

/** Ends the run when its target ends: flows in flight fail for that reason, and no user starts any more. */
function stopWhenLost({ lost }: Pick<Connection, 'lost'>, stop: StopControl): void {
  void lost.then((error) => {
    stop.stop({ reason: 'target-lost', message: error.message })
    stop.endFlows(error)
  })
}

async function discard(folder: RunFolder): Promise<void> {
  await folder.close().catch(() => undefined)
  await rm(folder.path, { recursive: true, force: true }).catch(() => undefined)
}
