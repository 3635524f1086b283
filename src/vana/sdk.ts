/**
 * The only import of the Vana SDK. Other rooms use the modules of this folder. It takes a quarter of a second and 12 MB to
 * load, so only worker threads load it; the main thread uses `grant-file.ts`.
 *
 * The SDK itself is `@opendatalabs/vana-sdk` at exactly 0.1.0-alpha.47bbd13, unmodified, bundled at install time by
 * `build/bundle-sdk.ts`.
 */
export {
  encryptBlobWithSignedKey,
  encryptWithWalletPublicKey,
  generateEncryptionKey,
  mokshaTestnet,
  NodePlatformAdapter,
  VanaCore,
  vanaMainnet,
} from '../../generated/vana-sdk.js'
