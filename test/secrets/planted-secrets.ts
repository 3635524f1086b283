import { generateKeyPairSync } from 'node:crypto'
import { english, generateMnemonic, privateKeyToAddress } from 'viem/accounts'

const { privateKey: serviceKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})
const serviceKeyLine = serviceKey.split('\n')[3] ?? ''
const hex = (pair: string): `0x${string}` => `0x${pair.repeat(32)}`

/** One secret for each way in, by the name of that way; no two have anything in common. */
export const secrets = {
  rpcPath: 'pathK3yOfTheNode7qX2vB9',
  rpcQuery: 'queryK3yOfTheNodeZ8mL4',
  rpcPassword: 'basicPwOfTheNode6tR1',
  personalServerPath: 'keyOfPersonalS3rver5dF8',
  apiServerQuery: 'keyOfTheApiS3rver2hJ6',
  storagePath: 'keyOfTheStor4ge9pW3',
  proxyPassword: 'pwOfThePr0xy1cV7nM',
  mnemonic: generateMnemonic(english),
  configMnemonic: generateMnemonic(english),
  funderKey: hex('a1'),
  funderKeys: hex('b2'),
  relayerKey: hex('c3'),
  granteeKey: hex('d4'),
  pastedKey: hex('e5'),
  flagKey: hex('96'),
  serviceAccountKey: serviceKeyLine,
  pinataJwt: 'pinataJwt4kS9wE2xG5yT8',
  driveAccessToken: 'driveAcc3ssTok3n7uI1o',
  driveRefreshToken: 'driveR3freshTok3n6aQ4',
  driveClientSecret: 'driveCli3ntS3cret8zP5',
  apiServerToken: 'tok3nOfApiServer3bN9',
  passphrase: 'the pa$$ phrase of 1 keystore',
  filePassphrase: 'pa$$ phrase kept in 1 file',
} as const

/** The service account's key file. */
export const serviceAccount = JSON.stringify({
  type: 'service_account',
  client_email: 'planted@example.invalid',
  private_key: serviceKey,
})

export const granteeAddress = privateKeyToAddress(secrets.granteeKey)

/** Every form of every secret that must not be seen, by its name: whole, cut, percent-encoded, in base64. */
export const forms: [name: string, form: string][] = Object.entries(secrets).flatMap(([name, secret]) => {
  const basic = Buffer.from(`user:${secret}`).toString('base64').replace(/=+$/, '')
  const texts = [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    basic,
  ]
  if (/^0x/.test(secret)) texts.push(secret.slice(2), Buffer.from(secret.slice(2), 'hex').toString('base64'))
  // Three words of a mnemonic and twelve characters of anything else are too much already.
  const isMnemonic = secret.split(' ').length === 12
  texts.push(isMnemonic ? secret.split(' ').slice(0, 3).join(' ') : secret.slice(0, 12))
  return texts.map((text): [string, string] => [name, text])
})

/** The environment that every command gets: all secrets that have a variable. */
export const environment: Record<string, string> = {
  VANA_LOAD_MNEMONIC: secrets.mnemonic,
  VANA_LOAD_FUNDER_PRIVATE_KEY: secrets.funderKey,
  VANA_LOAD_FUNDER_PRIVATE_KEYS: secrets.funderKeys,
  VANA_LOAD_RELAYER_PRIVATE_KEYS: secrets.relayerKey,
  VANA_LOAD_GRANTEE_PRIVATE_KEY: secrets.granteeKey,
  VANA_LOAD_SERVICE_ACCOUNT_JSON: serviceAccount,
  VANA_LOAD_PINATA_JWT: secrets.pinataJwt,
  VANA_LOAD_GOOGLE_DRIVE_ACCESS_TOKEN: secrets.driveAccessToken,
  VANA_LOAD_GOOGLE_DRIVE_REFRESH_TOKEN: secrets.driveRefreshToken,
  VANA_LOAD_GOOGLE_DRIVE_CLIENT_ID: 'a client',
  VANA_LOAD_GOOGLE_DRIVE_CLIENT_SECRET: secrets.driveClientSecret,
  VANA_LOAD_API_SERVER_TOKEN: secrets.apiServerToken,
  VANA_LOAD_KEYSTORE_PASSPHRASE: secrets.passphrase,
  HTTPS_PROXY: `http://user:${secrets.proxyPassword}@127.0.0.1:9/`,
  VANA_LOAD_RPC_PATIENCE: '1s',
}
