/** Query parameters that give access to the object, alone or with the rest of the URL. */
const secretParameters = [
  'X-Goog-Signature',
  'X-Amz-Signature',
  'X-Amz-Security-Token',
  'Signature',
  'upload_id',
  'access_token',
]

const pattern = new RegExp(
  // A name at the start of the text or after a separator, plain or percent-encoded once or more.
  `(^|[?&;\\s"'<>]|%(?:25)*(?:3F|26)|&amp;|\\\\u0026)(${secretParameters.join('|')})(=|%(?:25)*3D)[^&\\s"'<>#;\\\\]*`,
  'gi',
)

/**
 * Removes signatures, upload ids and tokens from every URL in a text, and leaves the rest readable. Also finds a
 * percent-encoded URL in another's query, and removes what follows the secret there.
 *
 * @example redactSignedUrl('https://h/b/o?X-Goog-Expires=9&X-Goog-Signature=ab12') // '...&X-Goog-Signature=[redacted]'
 */
export function redactSignedUrl(text: string): string {
  return text.replace(pattern, '$1$2$3[redacted]')
}
