import type { ContractReads } from './contract-reads.ts'
import type { HttpGet } from './http-get.ts'
import type { DeriveIdentity } from './identity.ts'
import type { ReadIpfs } from './ipfs.ts'
import type { JsonAnswers } from './json-answers.ts'
import type { ModelProvider } from './model-provider.ts'
import type { Profile } from './profile.ts'

/** State that the handlers of a running server share. */
export type ServerContext = {
  profile: Profile
  identityOf: DeriveIdentity
  /** Undefined on a chain whose contracts the server does not know. */
  chain: ContractReads | undefined
  httpGet: HttpGet
  readIpfs: ReadIpfs
  provider: ModelProvider
  jsonAnswers: JsonAnswers
  /** Milliseconds since the epoch. */
  now: () => number
  /** Aborted when the server stops. */
  signal: AbortSignal
}
