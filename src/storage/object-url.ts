/** Where objects are: `https://storage.googleapis.com`, or an endpoint of one's own, without a slash at the end. */
export const googleEndpoint = 'https://storage.googleapis.com'

/** Percent-encodes everything but `A-Z a-z 0-9 - . _ ~`, as canonical requests want it. */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** The path of an object: its name keeps its slashes and is encoded otherwise. */
export function objectPath(bucket: string, name: string): string {
  return `/${bucket}/${name.split('/').map(encodeStrictly).join('/')}`
}

/**
 * The URL under which anyone reads a public object.
 *
 * @example publicObjectUrl(googleEndpoint, 'data', 'a b.bin') // 'https://storage.googleapis.com/data/a%20b.bin'
 */
export function publicObjectUrl(endpoint: string, bucket: string, name: string): string {
  return endpoint + objectPath(bucket, name)
}

/** The name of the object that a public or signed URL stands for; `undefined` when it is not one of this bucket. */
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
