import { createKnownSecrets, shortestSecret } from './known-secrets.ts'
import { redactPatterns } from './redact-patterns.ts'
import { type SecretForm, urlSecrets } from './url-secrets.ts'

/** Replacement of a secret. */
export const redacted = '[redacted]'

/** Number of field names in the cache. */
const mostRememberedKeys = 1000

/** Names whose values are secrets, whatever they look like. */
const secretKey =
  /(^|_|-)(private_?keys?|mnemonic|seed_?phrase|secret|password|passphrase|jwt|api_?keys?|access_?key|authorization|cookie|client_?secret|token)$/i

/** Removes secrets from everything that is written or shown. */
export type Redactor = {
  /**
   * Adds secrets: keys, mnemonics, tokens, passwords, a service account's private key. Also recognises their common encodings:
   * without 0x, percent-encoded, base64, and escaped as in JSON. Ignores `undefined` and short values.
   */
  register(...secrets: readonly (string | null | undefined)[]): void
  /** Adds everything in URLs after the host, see {@link urlSecrets}. Ignores text that is not a URL. */
  registerUrls(...urls: readonly string[]): void
  /** Returns a text without secrets. */
  text(value: string): string
  /**
   * Returns a copy of any value for JSON, without secrets: redacts texts, replaces values under names such as `mnemonic` or
   * `apiKey`, and converts bigints to decimal strings, errors to their message and fields, and binary data to its size.
   */
  deep(value: unknown): unknown
}

/**
 * Makes a redactor. In addition to registered values, it recognises patterns of secrets: PEM blocks, bearer tokens, signatures of
 * signed URLs, passwords and API keys in URLs, and keys next to a telling name.
 *
 * @example
 * const redact = createRedactor()
 * redact.register(mnemonic)
 * redact.text('https://user:pass@host/') // 'https://[redacted]@host/'
 */
export function createRedactor(): Redactor {
  const known = createKnownSecrets()

  const text = (value: string): string =>
    value.length < shortestSecret ? value : redactPatterns(known.replace(value, redacted))

  // Lines of a results file have the same few dozen names. Checking each name once makes them three times faster.
  const keys = new Map<string, SeenKey>()
  const seeKey = (name: string): SeenKey => {
    const seen = keys.get(name)
    if (seen !== undefined) return seen
    const key = { shown: text(name), secret: secretKey.test(name.replace(/([a-z0-9])([A-Z])/g, '$1_$2')) }
    if (keys.size < mostRememberedKeys) keys.set(name, key)
    return key
  }

  const add = (forms: readonly SecretForm[]): void => {
    known.add(forms)
    keys.clear()
  }
  return {
    register: (...secrets) =>
      add(
        secrets
          .filter((secret) => typeof secret === 'string')
          .map((secret) => secret.trim())
          .filter((secret) => secret.length >= shortestSecret)
          .flatMap(disguises)
          .map((form) => ({ text: form })),
      ),
    registerUrls: (...urls) => add(urls.flatMap(urlSecrets)),
    text,
    deep: (value) => redactDeep(value, { text, seeKey }, new Set()),
  }
}

/** Returns the forms in which a secret may appear. */
function disguises(secret: string): string[] {
  const forms = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    escapeMarkup(secret),
  ]
  forms.push(...base64Forms(secret))
  const hex = /^0x([0-9a-f]{32,})$/i.exec(secret)?.[1]
  if (hex !== undefined) forms.push(hex)
  // The lines of a PEM body: a library may quote one of them without its frame.
  if (secret.includes('-----BEGIN')) {
    forms.push(...secret.split(/\\n|\n/).filter((line) => line.length >= 24 && !line.startsWith('-----')))
  }
  return forms.filter((form) => form.length >= shortestSecret)
}

const escapeMarkup = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** Returns base64 without padding, of the text and of the bytes of a hex key. Short secrets have no recognisable form. */
function base64Forms(secret: string): string[] {
  if (secret.length < 12) return []
  const contents = [Buffer.from(secret, 'utf8')]
  if (/^(0x)?([0-9a-f]{2}){16,}$/i.test(secret)) contents.push(Buffer.from(secret.replace(/^0x/i, ''), 'hex'))
  return contents.flatMap((bytes) => [
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url').replace(/=+$/, ''),
  ])
}

/** A checked field name: its redacted form, and whether it names a secret. */
type SeenKey = { shown: string; secret: boolean }

type Rules = { text(value: string): string; seeKey(name: string): SeenKey }

function redactDeep(value: unknown, rules: Rules, above: Set<object>): unknown {
  if (typeof value === 'string') return rules.text(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (above.has(value)) return '[circular]'
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof URL || value instanceof RegExp) return rules.text(String(value))

  above.add(value)
  try {
    if (Array.isArray(value) || value instanceof Set) {
      return [...value].map((item) => redactDeep(item, rules, above))
    }
    return Object.fromEntries(
      fieldsOf(value).map(([name, item]) => {
        const key = rules.seeKey(name)
        return [key.shown, key.secret ? redactSecret(item, rules) : redactDeep(item, rules, above)]
      }),
    )
  } finally {
    above.delete(value)
  }
}

/**
 * Redacts a value under the name of a secret, which only shows whether it is set. Keeps the source of a configured value,
 * `{ value, source }`.
 */
function redactSecret(item: unknown, rules: Rules): unknown {
  if (item === null || item === undefined || item === '' || typeof item === 'boolean') return item
  if (typeof item !== 'object' || !('source' in item) || typeof item.source !== 'string') return redacted
  return { value: redacted, source: rules.text(item.source) }
}

/** Returns the fields of an object. For an error, adds message and cause, which are not enumerable, and omits the stack. */
function fieldsOf(value: object): (readonly [string, unknown])[] {
  if (value instanceof Map) return [...value].map(([key, item]) => [String(key), item])
  const own = Object.entries(value)
  if (!(value instanceof Error)) return own
  const cause: (readonly [string, unknown])[] = value.cause === undefined ? [] : [['cause', value.cause]]
  const rest = own.filter(
    ([key]) => key !== 'name' && key !== 'message' && key !== 'stack' && key !== 'cause',
  )
  return [['name', value.name], ['message', value.message], ...rest, ...cause]
}
