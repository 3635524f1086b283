import type { FaultPlace } from '../../src/config/fault.ts'

/** One run of the fault matrix. */
export type Cell = {
  place: FaultPlace
  /** As `--fault` has it, without the place: `503=10%`. */
  fault: string
  submission: 'direct' | 'relayed'
  /** The fewest of the users that have to succeed. */
  atLeast: number
}

/** Users of each run, and how many of them start in a second. */
export const usersOfCell = 20
export const ratePerSecond = 5

/** What a client of RPC or storage waits out, for all users but one at most. */
const transport = ['429=10%', '500=10%', '502=10%', '503=10%', '504=10%', 'reset=10%', 'hang=10%']
/** Slow, and nothing worse. */
const slow = ['latency=200ms', 'jitter=400ms', 'slow-body=20%']
/** Failures of the servers that are measured: what is safe to repeat is repeated, the rest are failures. */
const work = ['429=20%', '500=20%', '502=20%', '503=20%', '504=20%', 'reset=20%', 'hang=10%', 'restart=2s/6s']

const faultsOf: Record<FaultPlace, readonly { faults: readonly string[]; atLeast: number }[]> = {
  rpc: [
    { faults: transport, atLeast: usersOfCell - 1 },
    { faults: slow, atLeast: usersOfCell },
    { faults: ['restart=2s/6s', 'send-error=20%'], atLeast: usersOfCell - 1 },
    { faults: ['drop-tx=20%', 'stuck-tx=20%', 'reorg=2/5s'], atLeast: usersOfCell - 2 },
  ],
  storage: [
    { faults: transport, atLeast: usersOfCell - 1 },
    { faults: slow, atLeast: usersOfCell },
    { faults: ['restart=2s/6s'], atLeast: usersOfCell - 1 },
  ],
  'personal-server': [
    { faults: work, atLeast: 0 },
    { faults: slow, atLeast: usersOfCell },
  ],
  'api-server': [
    { faults: work, atLeast: 0 },
    { faults: slow, atLeast: usersOfCell },
  ],
}

/** The whole matrix: part, fault, submission. */
export const cells: readonly Cell[] = (Object.keys(faultsOf) as FaultPlace[]).flatMap((place) =>
  faultsOf[place].flatMap(({ faults, atLeast }) =>
    faults.flatMap((fault) =>
      (['direct', 'relayed'] as const).map((submission) => ({ place, fault, submission, atLeast })),
    ),
  ),
)

/** Names a cell: `rpc:503=10% direct`. */
export const nameOf = ({ place, fault, submission }: Cell): string => `${place}:${fault} ${submission}`
