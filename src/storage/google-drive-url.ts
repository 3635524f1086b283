/** The host of public downloads. */
export const drivePublicOrigin = 'https://drive.google.com'

/** Returns the URL under which anyone reads a shared file, as the SDK makes it. */
export function driveFileUrl(id: string): string {
  return `${drivePublicOrigin}/uc?id=${id}&export=download`
}

/**
 * Finds the file id in a URL of Google Drive; `undefined` for any other URL.
 *
 * @example driveFileId('https://drive.google.com/file/d/abc/view') // 'abc'
 */
export function driveFileId(url: string): string | undefined {
  if (!/^https:\/\/(drive|docs)\.google\.com\//.test(url)) return undefined
  return /\/d\/([\w-]+)/.exec(url)?.[1] ?? /[?&]id=([\w-]+)/.exec(url)?.[1]
}
