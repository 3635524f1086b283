/**
 * The only door to the Vana SDK: everything else imports it from here, or better, from a module of this folder. It takes
 * a quarter of a second and 12 MB to load, which is for worker threads; `grant-file.ts` has what the main thread needs.
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
