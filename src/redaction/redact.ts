import { createKnownSecrets, shortestSecret } from './known-secrets.ts'
import { redactPatterns } from './redact-patterns.ts'
import { type SecretForm, urlSecrets } from './url-secrets.ts'

/** What stands where a secret stood. */
export const redacted = '[redacted]'

/** How many names of fields are remembered with what was found out about them. */
const mostRememberedKeys = 1000

/** Names whose value is a secret, whatever it looks like. */
const secretKey =
  /(^|_|-)(private_?keys?|mnemonic|seed_?phrase|secret|password|passphrase|jwt|api_?keys?|access_?key|authorization|cookie|client_?secret|token)$/i

/** Takes secrets out of everything that is written or shown. */
export type Redactor = {
  /**
   * Adds secrets: keys, mnemonics, tokens, passwords, a service account's private key. Their usual disguises go with
   * them: without 0x, percent-encoded, base64, and escaped as in JSON. `undefined` and short values are ignored.
   */
  register(...secrets: readonly (string | null | undefined)[]): void
  /** Adds everything of URLs beyond their host, see {@link urlSecrets}. What is no URL is ignored. */
  registerUrls(...urls: readonly string[]): void
  /** A text without secrets. */
  text(value: string): string
  /**
   * A copy of any value, fit for JSON and without secrets: texts are redacted, values under names such as `mnemonic`
   * or `apiKey` replaced, bigints become decimal strings, errors their message and facts, binary data its size.
   */
  deep(value: unknown): unknown
}

/**
 * Makes the one redaction list of a process. Besides registered values it knows what secrets look like: PEM blocks,
 * bearer tokens, signatures of signed URLs, passwords and API keys in URLs, keys beside a name that says so.
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

  // Lines of a results file have the same few dozen names: looking at each name once makes them three times faster.
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

/** The forms in which a secret may turn up. */
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

/** Base64 without its padding, as text and as the bytes of a hex key. Short secrets have no recognisable form. */
function base64Forms(secret: string): string[] {
  if (secret.length < 12) return []
  const contents = [Buffer.from(secret, 'utf8')]
  if (/^(0x)?([0-9a-f]{2}){16,}$/i.test(secret)) contents.push(Buffer.from(secret.replace(/^0x/i, ''), 'hex'))
  return contents.flatMap((bytes) => [
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url').replace(/=+$/, ''),
  ])
}

/** What is known of the name of a field: how it is shown, and whether it names a secret. */
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
 * What is shown under the name of a secret: that it is not set, or that it is. Of a configured value and its source,
 * `{ value, source }`, the source stays.
 */
function redactSecret(item: unknown, rules: Rules): unknown {
  if (item === null || item === undefined || item === '' || typeof item === 'boolean') return item
  if (typeof item !== 'object' || !('source' in item) || typeof item.source !== 'string') return redacted
  return { value: redacted, source: rules.text(item.source) }
}

/** What an object says; an error's message and cause are not enumerable, and its stack is left out. */
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
