/** A text to remove, and how much of its beginning may stay. */
export type SecretForm = {
  text: string
  /** Number of characters at the beginning that are not secret, such as the host of a URL. */
  keep?: number
}

/**
 * Lists the secret parts of a URL: everything after the host. User name and password, path, query and fragment, as a whole and,
 * if they look like keys, piece by piece, since messages may quote any of them: `POST /v2/<key>`, "unknown key <key>".
 *
 * On a loopback address, words such as `/api/v1` stay.
 *
 * @example urlSecrets('https://rpc.example.com/v2/8f3aK9?key=1') // [{ text: '//rpc.example.com/v2/8f3aK9?key=1', keep: 18 }, ...]
 */
export function urlSecrets(url: string): SecretForm[] {
  if (!URL.canParse(url)) return []
  const { host, hostname, pathname, search, hash, username, password } = new URL(url)
  if (host === '') return []
  const forms: SecretForm[] = []
  const add = (text: string): void => {
    for (const form of new Set([text, decoded(text)])) if (form.length > 1) forms.push({ text: form })
  }

  if (username !== '' || password !== '') {
    add(`${username}:${password}`)
    add(password)
    if (!isWords(username)) add(username)
    // As in the header.
    forms.push({ text: basicToken(username, password) })
  }
  const rest = `${pathname.replace(/\/+$/, '')}${search}${hash}`
  const isPlain = pathname.split('/').every(isWords) && search === '' && hash === ''
  if (rest === '' || (isPlain && isLoopback(hostname))) return forms

  const start = `//${host}/`
  for (const form of new Set([rest, decoded(rest)])) {
    forms.push({ text: `//${host}${form}`, keep: start.length })
    // As in a request line. A path of one word may be a path of anything.
    if (!isPlain || form.split('/').length > 2) forms.push({ text: form, keep: form.startsWith('/') ? 1 : 0 })
  }
  for (const segment of pathname.split('/'))
    if (!isWords(segment)) add(isKey(segment) ? segment : `/${segment}`)
  for (const pair of [...search.slice(1).split('&'), hash.slice(1)]) {
    const value = pair.slice(pair.indexOf('=') + 1)
    add(pair)
    if (isKey(value)) add(value)
  }
  return forms
}

/** Returns whether a URL contains anything that may be an access key, apart from its host and ordinary words of its path. */
export function mayHoldKey(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { username, password, pathname, search, hash } = new URL(url)
  return `${username}${password}${search}${hash}` !== '' || !pathname.split('/').every(isWords)
}

/** Returns the content of the header `Authorization: Basic`, without padding. */
function basicToken(username: string, password: string): string {
  return Buffer.from(`${decoded(username)}:${decoded(password)}`)
    .toString('base64')
    .replace(/=+$/, '')
}

/** Returns whether a segment consists of ordinary words, unlike a key: `rpc`, `v2`, `personal-server`, or nothing. */
const isWords = (segment: string): boolean =>
  /^(v\d{1,2}|[a-z]{0,10}|[a-z]{1,10}([-_][a-z]{1,10})+)$/.test(segment)

/** Returns whether a text is long and unusual enough to be removed anywhere. */
const isKey = (text: string): boolean => text.length >= 8 && !isWords(text)

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
