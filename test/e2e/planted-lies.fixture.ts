import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FlowRecord } from '../../src/flow/flow-record.ts'
import type { Summary } from '../../src/results/summary-schema.ts'

/** What a run says: its flows and its summary, to be changed in place. */
export type Testimony = { flows: FlowRecord[]; summary: Summary }

const hash = `0x${'ab'.repeat(32)}` as const

/** Lies in a results folder, each with the claim that must be found broken. */
export const lies: [lie: string, claim: RegExp, tell: (testimony: Testimony) => unknown][] = [
  [
    'a transaction that never was',
    /are in the blocks/,
    ({ flows: [flow] }) => Object.assign(txOf(flow), { hash }),
  ],
  [
    'another block',
    /are in the blocks/,
    ({ flows: [flow] }) => Object.assign(txOf(flow), { blockNumber: 3 }),
  ],
  ['another gas', /gas and its price/, ({ flows: [flow] }) => Object.assign(txOf(flow), { gasUsed: 21_000 })],
  [
    "another's permission",
    /PermissionAdded/,
    ({ flows: [flow] }) => Object.assign(txOf(flow), { permissionId: '99999' }),
  ],
  [
    "another's wallet",
    /and no others/,
    ({ flows: [one, two] }) => {
      const { wallet } = recordOf(one)
      recordOf(one).wallet = recordOf(two).wallet
      recordOf(two).wallet = wallet
    },
  ],
  [
    'a failure that got on chain',
    /and no others/,
    ({ flows: [flow], summary: { users, permissions } }) => {
      Object.assign(recordOf(flow), { outcome: 'failed', tx: null })
      Object.assign(users, { succeeded: users.succeeded - 1, failed: users.failed + 1 })
      permissions.count -= 1
    },
  ],
  [
    'a success without a transaction',
    /contradicts itself/,
    ({ flows: [flow] }) => Object.assign(recordOf(flow), { tx: null }),
  ],
  [
    'more successes',
    /what the flows say/,
    ({ summary: { users } }) => Object.assign(users, { succeeded: users.succeeded + 1 }),
  ],
  [
    'less gas than the receipts',
    /covers the gas/,
    ({ summary: { money } }) => {
      money.sweptWei = String(BigInt(money.sweptWei ?? 0) + BigInt(money.spentWei ?? 0) - 1n)
      money.spentWei = '1'
    },
  ],
  [
    'funds that went nowhere',
    /to the wei/,
    ({ summary: { money } }) => Object.assign(money, { spentWei: String(BigInt(money.spentWei ?? 0) + 1n) }),
  ],
  [
    'less than was paid',
    /payments of the funder/,
    ({ summary: { money } }) =>
      Object.assign(money, { fundedWei: '5', spentWei: '5', sweptWei: '0', leftWei: '0' }),
  ],
]

/** Copies a run's folder and changes what it says. */
export function plant(run: string, copy: string, tell: (testimony: Testimony) => unknown): void {
  cpSync(run, copy, { recursive: true })
  const [flowsFile, summaryFile] = [join(copy, 'flows.ndjson'), join(copy, 'summary.json')]
  const lines = readFileSync(flowsFile, 'utf8').trim().split('\n')
  const testimony: Testimony = {
    flows: lines.map((line) => JSON.parse(line)),
    summary: JSON.parse(readFileSync(summaryFile, 'utf8')),
  }
  tell(testimony)
  writeFileSync(flowsFile, testimony.flows.map((flow) => `${JSON.stringify(flow)}\n`).join(''))
  writeFileSync(summaryFile, JSON.stringify(testimony.summary))
}

function recordOf(flow: FlowRecord | undefined): FlowRecord {
  if (flow === undefined) throw new Error('there is no such flow')
  return flow
}

function txOf(flow: FlowRecord | undefined): NonNullable<FlowRecord['tx']> {
  const { tx } = recordOf(flow)
  if (tx === null) throw new Error('the flow has no transaction')
  return tx
}
