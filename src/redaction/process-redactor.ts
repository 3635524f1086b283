import { existsSync } from 'node:fs'
import { createRedactor } from './redact.ts'

/**
 * The redactor of this process: it is there before anything is read, learns secrets as they become known, and stands in front
 * of standard output, standard error and every file of results. See docs/decisions/0019-redaction.md.
 */
export const processRedactor = createRedactor()

/** Names of variables, flags and fields whose value is a secret. */
const secretName =
  /(^|_)(keys?|api_?key|mnemonic|secret|pass|passwd|password|passphrase|token|jwt|credentials?|service_account_json|phrase)(_|$)/i

/**
 * Learns the secrets of environment variables: values of names such as `..._TOKEN`, and whatever URLs hold beyond their host.
 * Where a file should be named, whatever is no path may be the secret itself.
 */
export function learnVariables(
  variables: Iterable<readonly [name: string, value: string | undefined]>,
): void {
  for (const [name, value = ''] of variables) {
    learnUrls(value)
    learnNamed(name, value)
  }
}

/** Learns the secrets of a command line: whatever URLs hold beyond their host, and values of flags with names of secrets. */
export function learnArguments(args: readonly string[]): void {
  args.forEach((arg, i) => {
    learnUrls(arg)
    const [name = '', value = args[i + 1] ?? ''] = arg.startsWith('-') ? arg.split(/=(.*)/s) : []
    learnNamed(name, value)
  })
}

/** Learns whatever the URLs in a text hold beyond their host. */
export function learnUrls(text: string): void {
  const urls = text.match(/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>,]+/gi)
  if (urls !== null) processRedactor.registerUrls(...urls)
}

/** Learns the secrets of a document, such as a target's: values of fields with names of secrets, and what URLs hold. */
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

/** Whether a value is neither a path nor an ordinary word, which would then be taken out of everything. */
function looksLikeKey(value: string): boolean {
  const text = value.trim()
  const isWord = /^[a-z_-]*$/.test(text)
  const isPath = /^(~|\.{0,2}[/\\]|[a-z]:\\)[^\s{}]*$|^[^\s{}]+\.[a-z]{1,6}$/i.test(text)
  return text.length >= 8 && !isWord && !(isPath && text.length < 1000) && !existsSync(text)
}
