import { createHash } from 'node:crypto'

/**
 * What the testbed's stand-in for the language model says about what it read, so that a flow can prove that the
 * personal server decrypted exactly the bytes the user encrypted. A real model gives no evidence.
 */
export type Evidence = {
  /** SHA-256 of the prompt template of the grant file, UTF-8, lower-case hex. */
  promptSha256: string
  /** One entry per decrypted file, in the permission's order. */
  files: { bytes: number; sha256: string }[]
}

/** A model's answer that carries evidence. */
export type EvidenceAnswer = { answer: string; evidence: Evidence }

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex')

/**
 * Makes the evidence of a prompt template and the plain files.
 *
 * @example makeEvidence('Summarise {{data}}', [plainBytes])
 */
export function makeEvidence(promptTemplate: string, files: readonly Uint8Array[]): Evidence {
  return {
    promptSha256: sha256(promptTemplate),
    files: files.map((file) => ({ bytes: file.byteLength, sha256: sha256(file) })),
  }
}
