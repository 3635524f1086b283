/** A pattern of secrets in a text. */
type SecretShape = { shape: RegExp; replacement: string | ((match: string, ...groups: string[]) => string) }

/** Names of query parameters, headers and fields whose value is a secret. */
const secretName =
  '(?:x-goog-signature|x-amz-signature|x-amz-security-token|signature|sig|api[-_]?key|apikey|access[-_]?key|key|secret|client[-_]?secret|password|passwd|pwd|access[-_]?token|auth[-_]?token|id[-_]?token|refresh[-_]?token|gateway[-_]?token|pinatagatewaytoken|token|jwt|auth)'

/** Names in text and in JSON that make 64 hex digits a key and not a hash. */
const keyName =
  '(?:private[-_ ]?key|priv[-_ ]?key|secret[-_ ]?key|signing[-_ ]?key|encryption[-_ ]?key|secret|pk|sk)'

// Repetitions within a URL are bounded, so that a hostile text with a thousand URLs is not read a thousand times.
const shapes: readonly SecretShape[] = [
  // A PEM block, with real or escaped line ends. A truncated one ends with its base64.
  {
    shape:
      /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:[\s\S]*?-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|(?:\\n|[A-Za-z0-9+/=\s])*)/g,
    replacement: '[redacted]',
  },
  // Authorization: Bearer abc, and "authorization":"Basic abc"
  {
    shape: /(authorization["']?\s*[:=]\s*["']?)(?:(bearer|basic|token|digest)\s+)?[^\s"',;}]+/gi,
    replacement: (_match, name, scheme) => `${name}${scheme === undefined ? '' : `${scheme} `}[redacted]`,
  },
  { shape: /\b(bearer)\s+[A-Za-z0-9._~+/=-]{8,}/gi, replacement: '$1 [redacted]' },
  // A JSON Web Token and a Google access token
  { shape: /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g, replacement: '[redacted]' },
  { shape: /\bya29\.[A-Za-z0-9_-]{8,}/g, replacement: '[redacted]' },
  { shape: /\bAIza[A-Za-z0-9_-]{30,}/g, replacement: '[redacted]' },
  // https://user:pass@host
  { shape: /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'<>@]+@/gi, replacement: '$1[redacted]@' },
  // ?api_key=abc&X-Goog-Signature=abc, percent-encoded as well
  {
    shape: new RegExp(
      `([?&;]|%3F|%26|\\\\u0026|&amp;)(${secretName})(=|%3D)(?:(?!%26)[^\\s&#"'<>\\\\])+`,
      'gi',
    ),
    replacement: '$1$2$3[redacted]',
  },
  // An RPC provider's key in the path: /v2/<key>, /v3/<key>, or a long run of hex that is neither address nor hash
  {
    shape: /(:\/\/[^\s"'<>]{1,300}?\/v\d+\/)([A-Za-z0-9_-]{20,})(?![A-Za-z0-9_-])/g,
    replacement: (match, before, segment) =>
      /\d/.test(segment) && /[A-Za-z]/.test(segment) ? `${before}[redacted]` : match,
  },
  { shape: /(:\/\/[^\s"'<>?#]{1,300}\/)([0-9a-f]{32,})(?![0-9a-zA-Z])/g, replacement: '$1[redacted]' },
  // privateKey: 0x..., "private_key":"0x...", PRIVATE_KEY=0x...
  {
    shape: new RegExp(`(${keyName}["']?\\s*(?:is|[:=])?\\s*["'\`(]?)(?:0x)?[0-9a-f]{64}(?![0-9a-f])`, 'gi'),
    replacement: '$1[redacted]',
  },
  // mnemonic: twelve or more words
  {
    shape:
      /((?:mnemonic|seed[-_ ]?phrase|recovery[-_ ]?phrase)["']?\s*(?:is|[:=])?\s*["'`]?)(?:[a-z]{3,8}[ \t]+){11,23}[a-z]{3,8}/gi,
    replacement: '$1[redacted]',
  },
  // API_KEY=abc, "token":"abc", password: abc
  {
    shape:
      /((?:api[-_]?key|apikey|client[-_]?secret|password|passwd|access[-_]?token|refresh[-_]?token|jwt)["']?\s*[:=]\s*["']?)(?!\[redacted\])[^\s"',;&}]{4,}/gi,
    replacement: '$1[redacted]',
  },
]

/** A text must contain one of these for any pattern to match. Most texts contain none, so they are skipped at once. */
const hints =
  /:\/\/|BEGIN |bearer|authori[sz]ation|eyJ|ya29|AIza|key|secret|token|passw|pwd|sig|jwt|auth|phrase|mnemonic|\b[ps]k\b/i

/**
 * Removes everything that looks like a secret from a text, without knowing its value.
 *
 * @example redactPatterns('https://rpc.test/?apikey=abc') // 'https://rpc.test/?apikey=[redacted]'
 */
export function redactPatterns(text: string): string {
  if (!hints.test(text)) return text
  let result = text
  for (const { shape, replacement } of shapes) {
    // Two calls, because the two kinds of replacement are two overloads.
    result =
      typeof replacement === 'string'
        ? result.replace(shape, replacement)
        : result.replace(shape, replacement)
  }
  return result
}
