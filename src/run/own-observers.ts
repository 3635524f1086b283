import type { RunFolder } from '../results/run-folder.ts'
import type { RunRecorder } from '../results/run-recorder.ts'
import type { GranteeLoad } from './grantee-load.ts'
import type { RunView } from './load-test.ts'
import type { TargetProtection } from './protect-target.ts'
import type { RunObserver } from './run-observer.ts'
import type { UserWallets } from './user-wallets.ts'
import type { StallWatch } from './watch-stalls.ts'

/** The parts of a run that watch it. */
export type OwnObserverParts = {
  recorder: RunRecorder
  wallets: Pick<UserWallets, 'flowEnded'>
  grantees: Pick<GranteeLoad, 'granted'>
  folder: Pick<RunFolder, 'appendFlow' | 'appendTimeline'>
  protection: Pick<TargetProtection, 'ended' | 'tick'>
  stalls: Pick<StallWatch, 'tick'>
  view: Pick<RunView, 'update'>
}

/**
 * Lists a run's own observers in the order in which they are called: a record is counted before it is paid for, written and
 * judged. Stop rules (`stop-rules.ts`) and the caller's observers (`caller-observers.ts`) come after these, see `drive-run.ts`.
 */
export function ownObservers(parts: OwnObserverParts): RunObserver[] {
  const { recorder, wallets, grantees, folder, protection, stalls, view } = parts
  return [
    {
      arrived: () => recorder.arrived(),
      started: (start) => recorder.started(start),
      ended: (record) => recorder.ended(record),
      phase: ({ name }) => recorder.phase(name),
    },
    { ended: (record) => wallets.flowEnded(record) },
    {
      ended({ tx }) {
        if (tx?.permissionId) grantees.granted()
      },
    },
    // These return promises: a disk that refuses a line stops the run.
    {
      ended: (record) => folder.appendFlow(record),
      tick: ({ second }) => folder.appendTimeline(second),
    },
    { ended: (record) => protection.ended(record), tick: () => protection.tick() },
    { tick: () => stalls.tick() },
    { tick: ({ snapshot }) => view.update(snapshot, recorder) },
  ]
}
