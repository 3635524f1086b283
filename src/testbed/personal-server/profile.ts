/** A version of the original server. */
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
    extraChainIds: [],
  },
  'head-2025-10-17': {
    name: 'head-2025-10-17',
    fileLimitBytes: 5_242_880,
    appendsPlaceholder: true,
    strictRequests: true,
    operations: ['llm_inference', 'prompt_gemini_agent', 'prompt_qwen_agent'],
    wrapsResult: true,
    extraChainIds: [1337],
  },
}

/** Looks a profile up. */
export const profileOf = (name: ProfileName): Profile => profiles[name]
