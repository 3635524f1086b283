import { errorCatalog } from '../errors/catalog.ts'
import type { FlowError, FlowTransaction } from '../flow/flow-record.ts'
import { type StepName, stepNames } from '../flow/steps.ts'
import { formatMs, formatVana } from './format-value.ts'

/** A flow that ended. */
export type ShownFlow = {
  outcome: string
  durationMs: number
  tx: FlowTransaction | null
  verified: boolean | null
  error: FlowError | null
  answer: unknown
}

/** Prints one flow, one line per step. */
export type StepPrinter = {
  note(text: string): void
  begin(wallet: string, target: string): void
  observer: {
    onStepEnd(step: StepName, durationMs: number, value: unknown): void
    onStepError(step: StepName, durationMs: number, error: FlowError): void
  }
  end(flow: ShownFlow): void
}

/** Creates a printer that calls `write` with lines without line feed. */
export function createStepPrinter(write: (line: string) => void): StepPrinter {
  const line = (step: StepName, durationMs: number, { mark, text }: { mark: string; text: string }): void => {
    const number = String(stepNames.indexOf(step) + 1).padStart(2)
    write(`  ${mark} ${number} ${step.padEnd(9)}${`${durationMs.toFixed(0)} ms`.padStart(9)}  ${text}`)
  }
  return {
    note: (text) => write(text),
    begin: (wallet, target) => write(`\nUser ${wallet} on ${target}\n`),
    observer: {
      onStepEnd: (step, durationMs, value) =>
        line(step, durationMs, { mark: '✓', text: describeStep(step, value) }),
      onStepError: (step, durationMs, error) =>
        line(step, durationMs, { mark: '✗', text: `${error.code}: ${error.message}` }),
    },
    end({ outcome, durationMs, tx, verified, error, answer }) {
      write('')
      if (error)
        write(
          `  ${outcome} at ${error.step ?? 'the start'}: ${error.code}\n  ${errorCatalog[error.code].hint}`,
        )
      else write(`  ${outcome} in ${formatMs(durationMs)}`)
      if (tx?.gasUsed) {
        const costWei = BigInt(tx.gasUsed) * (tx.gasPriceWei ?? 0n)
        write(
          `  gas ${tx.gasUsed}, ${formatVana(costWei.toString())}, block ${tx.blockNumber}, permission ${tx.permissionId}`,
        )
      }
      if (verified) write('  the answer proves that the server read exactly what the user encrypted')
      if (answer !== null) write(`  answer: ${shorten(String(answer), 200)}`)
    },
  }
}

/** Describes the result of a step in a few words. */
function describeStep(step: StepName, value: unknown): string {
  const facts = typeof value === 'object' && value !== null ? value : {}
  const field = (name: string): unknown => (facts as Record<string, unknown>)[name]
  switch (step) {
    case 'data':
      return `${byteLength(value)} bytes of profile, activity, purchases and preferences`
    case 'encrypt':
      return `${byteLength(field('encrypted'))} bytes of OpenPGP`
    case 'upload':
    case 'grant':
      return shorten(String(value).replace(/\?.*$/, '?…'), 100)
    case 'grantee':
      return `grantee ${field('id')}, ${field('address')}`
    case 'identity':
      return `personal server ${field('address')}`
    case 'seal':
      return `${String(value).length / 2} bytes of ECIES, for this server only`
    case 'sign':
      return 'EIP-712 ServerFilesAndPermission'
    case 'submit':
      return `transaction ${field('hash')}`
    case 'confirm':
      return `permission ${value}`
    case 'request':
      return `operation ${field('operationId')}`
    case 'result':
      return 'succeeded'
  }
}

const byteLength = (value: unknown): number => (value instanceof Uint8Array ? value.byteLength : 0)

const shorten = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length)}…` : text
