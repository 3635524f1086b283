/**
 * A version of the original server. The later one is limited to what a data-portability flow uses: it has no artifact
 * routes, mock mode or JSONPath filters, and its agent operations use the same model as inference.
 */
export type ProfileName = 'main-2025-09-05' | 'head-2025-10-17'

/** Differences between the versions. */
export type Profile = {
  name: ProfileName
  /** Largest encrypted file, in bytes. */
  fileLimitBytes: number
  /** Whether `{{data}}` is appended to a prompt without it. */
  appendsPlaceholder: boolean
  /** Whether patterns and lengths of bodies and queries are checked, with 422 for a mismatch. */
  strictRequests: boolean
  /** Operations that a grant may ask for. */
  operations: readonly string[]
  /** Whether `result` is `{"output": text}` and `json_object` answers stay raw. */
  wrapsResult: boolean
  /** Whether a grant's `filters` apply. */
  filtersFiles: boolean
  /** Known chains besides Vana's two networks. */
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

/** Returns a profile by its name. */
export const profileOf = (name: ProfileName): Profile => profiles[name]
