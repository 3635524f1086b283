import { existsSync } from 'node:fs'
import { createRedactor } from './redact.ts'

/**
 * Redactor of this process. It exists before anything is read, learns secrets as they become known, and filters standard
 * output, standard error and every results file. See docs/decisions/0019-redaction.md.
 */
export const processRedactor = createRedactor()

/** Names of variables, flags and fields whose value is a secret. */
const secretName =
  /(^|_)(keys?|api_?key|mnemonic|secret|pass|passwd|password|passphrase|token|jwt|credentials?|service_account_json|phrase)(_|$)/i

/**
 * Learns the secrets in environment variables: values of names such as `..._TOKEN`, and everything in URLs after the host. If a
 * variable should name a file but its value is not a path, the value may be the secret itself.
 */
export function learnVariables(
  variables: Iterable<readonly [name: string, value: string | undefined]>,
): void {
  for (const [name, value = ''] of variables) {
    learnUrls(value)
    learnNamed(name, value)
  }
}

/** Learns the secrets in a command line: everything in URLs after the host, and values of flags with secret names. */
export function learnArguments(args: readonly string[]): void {
  args.forEach((arg, i) => {
    learnUrls(arg)
    const [name = '', value = args[i + 1] ?? ''] = arg.startsWith('-') ? arg.split(/=(.*)/s) : []
    learnNamed(name, value)
  })
}

/** Learns everything after the host in the URLs of a text. */
export function learnUrls(text: string): void {
  const urls = text.match(/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>,]+/gi)
  if (urls !== null) processRedactor.registerUrls(...urls)
}

/** Learns the secrets in a document, such as a target: values of fields with secret names, and everything in URLs after the host. */
export function learnDocument(value: unknown, name = ''): void {
  if (typeof value === 'string') {
    learnUrls(value)
    learnNamed(privateKey.test(value) ? 'key' : name, value)
  } else if (Array.isArray(value)) {
    for (const item of value) learnDocument(item, name)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) learnDocument(item, key)
  }
}

const privateKey = /^0x[0-9a-f]{64}$/i

function learnNamed(name: string, value: string): void {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/^-+/, '')
    .replaceAll('-', '_')
  if (secretName.test(words) && looksLikeKey(value)) processRedactor.register(value, ...value.split(/[,\n]/))
}

/** Returns whether a value is neither a path nor an ordinary word, which would otherwise be removed from every text. */
function looksLikeKey(value: string): boolean {
  const text = value.trim()
  const isWord = /^[a-z_-]*$/.test(text)
  const isPath = /^(~|\.{0,2}[/\\]|[a-z]:\\)[^\s{}]*$|^[^\s{}]+\.[a-z]{1,6}$/i.test(text)
  return text.length >= 8 && !isWord && !(isPath && text.length < 1000) && !existsSync(text)
}
