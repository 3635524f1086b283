import { readFileSync } from 'node:fs'
import type { Abi } from 'viem'
import { z } from 'zod'
import { LoadTestError } from '../../errors/load-test-error.ts'

const hex = z.templateLiteral(['0x', z.string().regex(/^[0-9a-f]*$/)])

const artifactSchema = z.object({
  abi: z.array(z.looseObject({ type: z.string() })).transform((abi) => abi as unknown as Abi),
  bytecode: hex,
  deployedBytecode: hex,
})

/** A compiled contract: its ABI, its creation code, and its runtime code (without immutables). */
export type ContractArtifact = z.output<typeof artifactSchema>

const fileSchema = z.object({ contracts: z.record(z.string(), artifactSchema) })

const artifactsFile = new URL('../../../generated/contracts.json', import.meta.url)
let artifacts: Record<string, ContractArtifact> | undefined

/**
 * Returns a compiled contract of `contracts/` by its name.
 *
 * @throws LoadTestError TESTBED_START_FAILED for a contract that is not compiled
 * @example contractArtifact('DataRegistry').abi
 */
export function contractArtifact(name: string): ContractArtifact {
  artifacts ??= readArtifacts()
  const artifact = artifacts[name]
  if (!artifact) throw new LoadTestError('TESTBED_START_FAILED', `There is no compiled contract ${name}.`)
  return artifact
}

function readArtifacts(): Record<string, ContractArtifact> {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(artifactsFile, 'utf8'))).contracts
  } catch (cause) {
    throw new LoadTestError('TESTBED_START_FAILED', 'The compiled contracts cannot be read.', {
      cause,
      hint: 'Run `npm run prepare`, which compiles them into generated/contracts.json.',
    })
  }
}
