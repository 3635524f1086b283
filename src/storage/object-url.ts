/** The real service's endpoint. Endpoints have no slash at the end. */
export const googleEndpoint = 'https://storage.googleapis.com'

/** Percent-encodes everything but `A-Z a-z 0-9 - . _ ~`, as canonical requests require. */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** Returns the path of an object. Slashes in its name stay; everything else is encoded. */
export function objectPath(bucket: string, name: string): string {
  return `/${bucket}/${name.split('/').map(encodeStrictly).join('/')}`
}

/**
 * Returns the URL under which anyone reads a public object.
 *
 * @example publicObjectUrl(googleEndpoint, 'data', 'a b.bin') // 'https://storage.googleapis.com/data/a%20b.bin'
 */
export function publicObjectUrl(endpoint: string, bucket: string, name: string): string {
  return endpoint + objectPath(bucket, name)
}

/** Returns the name of the object of a public or signed URL; `undefined` for a URL outside this bucket. */
export function objectNameFromUrl(endpoint: string, bucket: string, url: string): string | undefined {
  const start = `${endpoint}/${bucket}/`
  if (!url.startsWith(start)) return undefined
  const [path = ''] = url.slice(start.length).split(/[?#]/, 1)
  try {
    return decodeURIComponent(path) || undefined
  } catch {
    return undefined
  }
}
