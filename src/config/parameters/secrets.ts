import { text } from '../kinds/basic.ts'
import { listOf } from '../kinds/kind.ts'
import { mnemonic, passphrase, privateKey, serviceAccountJson } from '../kinds/secret.ts'
import { secret } from '../parameter.ts'

/** Secrets: never shown, never a flag, never in a config file. */
export const secretParameters = {
  /** Mnemonic of all wallets of a run. */
  mnemonic: secret(mnemonic, {
    alsoEnv: ['WALLET_MNEMONIC'],
    summary:
      "BIP-39 mnemonic that the wallets derive from. (default: the keystore's; on the embedded stack, one from the seed)",
  }),
  /** Key of the funder. */
  funderPrivateKey: secret(privateKey, {
    summary:
      'Key that funds users and lanes. (default: the first of the funder keys, or the first relayer key)',
  }),
  /** Keys of the funders of a split load, whose parts must not share a key. */
  funderPrivateKeys: secret(listOf(privateKey, 'private keys, separated by commas'), {
    summary:
      'Funder keys of a split load, separated by commas: --part 2/3 uses the second. Without --part, the first is used.',
  }),
  /** Keys of the relayer. */
  relayerPrivateKeys: secret(listOf(privateKey, 'private keys, separated by commas'), {
    alsoEnv: ['RELAYER_PRIVATE_KEY'],
    summary:
      'Keys that the API server relays with, one per lane, separated by commas. `wallets fund --lanes` funds them.',
  }),
  /** Key of the app, which signs requests to the personal server. */
  granteePrivateKey: secret(privateKey, {
    summary: 'Key of the app (the grantee) that signs requests to the personal server.',
  }),
  /** Service-account key as JSON text; a path goes into the target's `keyFile`. */
  serviceAccountJson: secret(serviceAccountJson, {
    alsoEnv: ['GOOGLE_SERVICE_ACCOUNT_JSON'],
    summary:
      'Service-account key for Google Cloud Storage or Google Drive, as JSON. For a path, use GOOGLE_APPLICATION_CREDENTIALS.',
  }),
  /** Credentials of the Pinata account. */
  pinataJwt: secret(text('any text'), {
    alsoEnv: ['PINATA_JWT'],
    summary:
      'JWT of the Pinata account that pins data and grants, with the scopes pinFileToIPFS, unpin and pinList.',
  }),
  /** Access token for Google Drive, which expires. */
  googleDriveAccessToken: secret(text('any text'), {
    alsoEnv: ['GOOGLE_DRIVE_ACCESS_TOKEN'],
    summary: 'Access token for Google Drive, valid for an hour. Ignored if there is a refresh token.',
  }),
  /** Refresh token for Google Drive. */
  googleDriveRefreshToken: secret(text('any text'), {
    alsoEnv: ['GOOGLE_DRIVE_REFRESH_TOKEN'],
    summary: 'Refresh token for Google Drive. Requires the id and secret of its OAuth client.',
  }),
  /** OAuth client of the refresh token. */
  googleDriveClientId: secret(text('any text'), {
    alsoEnv: ['GOOGLE_CLIENT_ID'],
    summary: 'Id of the OAuth client of the refresh token for Google Drive.',
  }),
  /** Secret of that client. */
  googleDriveClientSecret: secret(text('any text'), {
    alsoEnv: ['GOOGLE_CLIENT_SECRET'],
    summary: 'Secret of that OAuth client.',
  }),
  /** Bearer token that the API server requires from its clients. */
  apiServerToken: secret(text('any text'), {
    summary: 'Bearer token of the API server: `serve` requires it, and runs send it.',
  }),
  /** Passphrase of the keystore. */
  keystorePassphrase: secret(passphrase, {
    summary: 'Passphrase of the keystore, verbatim: spaces at its ends count.',
  }),
}
