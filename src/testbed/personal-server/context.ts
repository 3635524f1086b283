import type { ContractReads } from './contract-reads.ts'
import type { HttpGet } from './http-get.ts'
import type { DeriveIdentity } from './identity.ts'
import type { ReadIpfs } from './ipfs.ts'
import type { JsonAnswers } from './json-answers.ts'
import type { ModelProvider } from './model-provider.ts'
import type { Profile } from './profile.ts'

/** What the handlers of a running server share. */
export type ServerContext = {
  profile: Profile
  identityOf: DeriveIdentity
  chain: ContractReads
  httpGet: HttpGet
  readIpfs: ReadIpfs
  provider: ModelProvider
  jsonAnswers: JsonAnswers
  /** Milliseconds since the epoch. */
  now: () => number
  /** Aborts when the server stops. */
  signal: AbortSignal
}
