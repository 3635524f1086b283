/** Query parameters that by themselves, or with what stands beside them in the URL, open the object. */
const secretParameters = [
  'X-Goog-Signature',
  'X-Amz-Signature',
  'X-Amz-Security-Token',
  'Signature',
  'upload_id',
  'access_token',
]

const pattern = new RegExp(
  // A name that starts the text or follows what separates parameters, plain or percent-encoded once or more.
  `(^|[?&;\\s"'<>]|%(?:25)*(?:3F|26)|&amp;|\\\\u0026)(${secretParameters.join('|')})(=|%(?:25)*3D)[^&\\s"'<>#;\\\\]*`,
  'gi',
)

/**
 * Takes signatures, upload ids and tokens out of every URL in a text, and leaves the rest readable. A URL inside
 * another's query, percent-encoded, is found too; what follows the secret there is taken as well.
 *
 * @example redactSignedUrl('https://h/b/o?X-Goog-Expires=9&X-Goog-Signature=ab12') // '...&X-Goog-Signature=[redacted]'
 */
export function redactSignedUrl(text: string): string {
  return text.replace(pattern, '$1$2$3[redacted]')
}
