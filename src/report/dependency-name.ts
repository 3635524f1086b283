const names: Readonly<Record<string, string>> = {
  chain: 'chain',
  storage: 'storage',
  personalServer: 'personal server',
  apiServer: 'API server',
  model: 'language model',
}

/** Returns the name of a dependency in reports; the key itself if it is not known. */
export const dependencyName = (key: string): string => names[key] ?? key
