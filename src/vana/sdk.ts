/**
 * The only door to the Vana SDK: everything else imports it from here, or better, from a module of this folder.
 *
 * The SDK itself is `@opendatalabs/vana-sdk` at exactly 0.1.0-alpha.47bbd13, unmodified, bundled at install time by
 * `build/bundle-sdk.ts`.
 */
export {
  createGrantFile,
  encryptBlobWithSignedKey,
  encryptWithWalletPublicKey,
  generateEncryptionKey,
  mokshaTestnet,
  NodePlatformAdapter,
  VanaCore,
  vanaMainnet,
} from '../../generated/vana-sdk.js'
