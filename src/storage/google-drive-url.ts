/** Where anyone reads the files that are shared with everybody. */
export const drivePublicOrigin = 'https://drive.google.com'

/** The URL under which anyone reads a shared file, as the SDK makes it. */
export function driveFileUrl(id: string): string {
  return `${drivePublicOrigin}/uc?id=${id}&export=download`
}

/**
 * Finds the id of the file that a URL of Google Drive stands for; `undefined` for none.
 *
 * @example driveFileId('https://drive.google.com/file/d/abc/view') // 'abc'
 */
export function driveFileId(url: string): string | undefined {
  if (!/^https:\/\/(drive|docs)\.google\.com\//.test(url)) return undefined
  return /\/d\/([\w-]+)/.exec(url)?.[1] ?? /[?&]id=([\w-]+)/.exec(url)?.[1]
}
