/** The providers that files can be stored with, and what people call them. */
export const storageProviderWords = {
  gcs: 'Google Cloud Storage',
  pinata: 'Pinata (IPFS)',
  'google-drive': 'Google Drive',
} as const

/** A provider that files can be stored with. */
export type StorageProviderName = keyof typeof storageProviderWords

/** The names of the providers. */
export const storageProviderNames = Object.keys(storageProviderWords) as readonly StorageProviderName[]
