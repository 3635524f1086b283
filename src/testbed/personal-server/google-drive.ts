/** The hosts that files of Google Drive are at, also by way of redirects. */
const hosts = ['drive.google.com', 'docs.google.com', 'drive.usercontent.google.com']

/** Says that one server stands in for all hosts of Google Drive, so that nothing asked of them leaves this machine. */
export function driveStandIns(url: string): ReadonlyMap<string, string> {
  return new Map(hosts.map((host) => [host, new URL(url).origin]))
}

/**
 * Returns the address from which a Google Drive link's file can be downloaded; undefined for any other URL.
 *
 * @throws {Error} for a link that names no file
 * @example driveDownloadUrl('https://drive.google.com/file/d/abc/view') // 'https://drive.google.com/uc?export=download&id=abc'
 */
export function driveDownloadUrl(url: string): string | undefined {
  if (!url.includes('drive.google.com') && !url.includes('docs.google.com')) return undefined
  const id = /\/d\/([\w-]+)/.exec(url)?.[1] ?? /[?&]id=([\w-]+)/.exec(url)?.[1]
  if (id === undefined) throw new Error(`Could not extract file ID from Google Drive URL: ${url}`)
  return `https://drive.google.com/uc?export=download&id=${id}`
}
