import { text } from '../kinds/basic.ts'
import { listOf } from '../kinds/kind.ts'
import { mnemonic, passphrase, privateKey, serviceAccountJson } from '../kinds/secret.ts'
import { secret } from '../parameter.ts'

/** Never shown, never a flag, never in a config file. */
export const secretParameters = {
  /** All wallets of a run come from it. */
  mnemonic: secret(mnemonic, {
    alsoEnv: ['WALLET_MNEMONIC'],
    summary:
      "BIP-39 mnemonic that the wallets come from; without it, the keystore's, or, on the embedded stack, one of the seed.",
  }),
  /** Pays users and lanes. */
  funderPrivateKey: secret(privateKey, {
    summary: 'Key that pays users and lanes; without it, the first of the funders, or the first relayer key.',
  }),
  /** Pay for the parts of a load, which must not send with one key. */
  funderPrivateKeys: secret(listOf(privateKey, 'private keys, separated by commas'), {
    summary:
      'Keys that pay, separated by commas, for a load in parts: --part 2/3 pays with the second. Without --part, the first pays.',
  }),
  /** Send what is relayed. */
  relayerPrivateKeys: secret(listOf(privateKey, 'private keys, separated by commas'), {
    alsoEnv: ['RELAYER_PRIVATE_KEY'],
    summary:
      'Keys that the API server relays with, one for each lane, separated by commas; `wallets fund --lanes` funds them.',
  }),
  /** The app: signs requests to the personal server. */
  granteePrivateKey: secret(privateKey, {
    summary: 'Key of the app (the grantee), which signs requests to the personal server.',
  }),
  /** For Google Cloud Storage or Google Drive, as JSON text; a path goes into the target's `keyFile`. */
  serviceAccountJson: secret(serviceAccountJson, {
    alsoEnv: ['GOOGLE_SERVICE_ACCOUNT_JSON'],
    summary:
      'Service-account key for Google Cloud Storage or Google Drive as JSON; for a path, GOOGLE_APPLICATION_CREDENTIALS.',
  }),
  /** Opens the account that Pinata pins for. */
  pinataJwt: secret(text('any text'), {
    alsoEnv: ['PINATA_JWT'],
    summary:
      'JWT of the Pinata account that pins data and grants, with the rights pinFileToIPFS, unpin and pinList.',
  }),
  /** Opens Google Drive without renewing itself. */
  googleDriveAccessToken: secret(text('any text'), {
    alsoEnv: ['GOOGLE_DRIVE_ACCESS_TOKEN'],
    summary: 'Access token for Google Drive, which holds for an hour; only read without a refresh token.',
  }),
  /** Renews access tokens for Google Drive. */
  googleDriveRefreshToken: secret(text('any text'), {
    alsoEnv: ['GOOGLE_DRIVE_REFRESH_TOKEN'],
    summary: 'Refresh token for Google Drive, with the id and the secret of the client it was given to.',
  }),
  /** The client that the refresh token was given to. */
  googleDriveClientId: secret(text('any text'), {
    alsoEnv: ['GOOGLE_CLIENT_ID'],
    summary: 'OAuth client that the refresh token for Google Drive was given to.',
  }),
  /** Its secret. */
  googleDriveClientSecret: secret(text('any text'), {
    alsoEnv: ['GOOGLE_CLIENT_SECRET'],
    summary: 'Secret of that OAuth client.',
  }),
  /** What the API server asks of its clients, and its clients send. */
  apiServerToken: secret(text('any text'), {
    summary: 'Bearer token of the API server: asked for by `serve`, sent by runs.',
  }),
  /** Opens the encrypted wallet file. */
  keystorePassphrase: secret(passphrase, {
    summary: 'Passphrase of the encrypted wallet file, taken as it is: spaces at its ends count.',
  }),
}
