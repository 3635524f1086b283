/** The dependencies as people call them. */
export const dependencyWords: Record<string, string> = {
  chain: 'chain',
  storage: 'storage',
  personalServer: 'personal server',
  apiServer: 'API server',
  model: 'language model',
}
