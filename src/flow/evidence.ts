import { createHash } from 'node:crypto'
import { z } from 'zod'
import { LoadTestError } from '../errors/load-test-error.ts'

/**
 * Evidence from the testbed's stand-in for the language model about what it read. It lets a flow prove that the personal server
 * decrypted exactly the bytes that the user encrypted. A real model gives no evidence.
 */
export type Evidence = {
  /** SHA-256 of the prompt template of the grant file, UTF-8, lower-case hex. */
  promptSha256: string
  /** One entry per decrypted file, in the permission's order. */
  files: { bytes: number; sha256: string }[]
}

/** A model's answer with evidence. */
export type EvidenceAnswer = { answer: string; evidence: Evidence }

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex')

/**
 * Creates the evidence of a prompt template and the plain files.
 *
 * @example makeEvidence('Summarise {{data}}', [plainBytes])
 */
export function makeEvidence(promptTemplate: string, files: readonly Uint8Array[]): Evidence {
  return {
    promptSha256: sha256(promptTemplate),
    files: files.map((file) => ({ bytes: file.byteLength, sha256: sha256(file) })),
  }
}

const answerSchema = z.object({
  evidence: z.object({
    promptSha256: z.string(),
    files: z.array(z.object({ bytes: z.number(), sha256: z.string() })),
  }),
})

/**
 * Compares a personal server's result with what the user encrypted.
 *
 * @param result the operation's result: JSON text, or on newer servers an object with that text as `output`
 * @throws LoadTestError INFERENCE_MISMATCH if the server read another prompt or other data, or gave no evidence
 */
export function checkEvidence(result: unknown, promptTemplate: string, files: readonly Uint8Array[]): void {
  const parsed = answerSchema.safeParse(parseAnswer(result))
  if (!parsed.success)
    throw new LoadTestError('INFERENCE_MISMATCH', 'The answer contains no evidence of what was read.')
  const { evidence } = parsed.data
  const expected = makeEvidence(promptTemplate, files)
  if (evidence.promptSha256 !== expected.promptSha256) {
    throw new LoadTestError(
      'INFERENCE_MISMATCH',
      'The server answered a different prompt from the one granted.',
    )
  }
  if (!sameFiles(evidence.files, expected.files)) {
    throw new LoadTestError(
      'INFERENCE_MISMATCH',
      'The server read different data from what the user encrypted.',
    )
  }
}

function parseAnswer(result: unknown): unknown {
  const text = typeof result === 'object' && result !== null && 'output' in result ? result.output : result
  try {
    return JSON.parse(String(text))
  } catch {
    return undefined
  }
}

function sameFiles(a: Evidence['files'], b: Evidence['files']): boolean {
  return (
    a.length === b.length && a.every((file, i) => file.bytes === b[i]?.bytes && file.sha256 === b[i].sha256)
  )
}
