/**
 * A version of the original server. Of the later one this program has what a data-portability flow meets; its artifact
 * routes, its mock mode and the filtering of files by JSONPath are left out, and the agent operations are answered by the
 * same model as inference.
 */
export type ProfileName = 'main-2025-09-05' | 'head-2025-10-17'

/** In what the versions differ. */
export type Profile = {
  name: ProfileName
  /** Greatest encrypted file, in bytes. */
  fileLimitBytes: number
  /** Whether `{{data}}` is appended to a prompt that lacks it. */
  appendsPlaceholder: boolean
  /** Whether bodies and queries are held against patterns and lengths, with 422 for what does not fit. */
  strictRequests: boolean
  /** Operations that a grant may name. */
  operations: readonly string[]
  /** Whether `result` is `{"output": text}` and `json_object` answers stay as the model wrote them. */
  wrapsResult: boolean
  /** Whether a grant's `filters` mean something. */
  filtersFiles: boolean
  /** Chains that the server knows besides Vana's two networks. */
  extraChainIds: readonly number[]
}

const profiles: Record<ProfileName, Profile> = {
  'main-2025-09-05': {
    name: 'main-2025-09-05',
    fileLimitBytes: 1_048_576,
    appendsPlaceholder: false,
    strictRequests: false,
    operations: ['llm_inference'],
    wrapsResult: false,
    filtersFiles: false,
    extraChainIds: [],
  },
  'head-2025-10-17': {
    name: 'head-2025-10-17',
    fileLimitBytes: 5_242_880,
    appendsPlaceholder: true,
    strictRequests: true,
    operations: ['llm_inference', 'prompt_gemini_agent', 'prompt_qwen_agent'],
    wrapsResult: true,
    filtersFiles: true,
    extraChainIds: [1337],
  },
}

/** Looks a profile up. */
export const profileOf = (name: ProfileName): Profile => profiles[name]
