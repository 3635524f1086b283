/** Hosts of Google Drive's files, redirects included. */
const hosts = ['drive.google.com', 'docs.google.com', 'drive.usercontent.google.com']

/** Maps every host of Google Drive to one server, so that no request for them leaves this machine. */
export function driveStandIns(url: string): ReadonlyMap<string, string> {
  return new Map(hosts.map((host) => [host, new URL(url).origin]))
}

/**
 * Returns the download URL of a Google Drive link; undefined for any other URL.
 *
 * @throws {Error} for a link without a file id
 * @example driveDownloadUrl('https://drive.google.com/file/d/abc/view') // 'https://drive.google.com/uc?export=download&id=abc'
 */
export function driveDownloadUrl(url: string): string | undefined {
  if (!url.includes('drive.google.com') && !url.includes('docs.google.com')) return undefined
  const id = /\/d\/([\w-]+)/.exec(url)?.[1] ?? /[?&]id=([\w-]+)/.exec(url)?.[1]
  if (id === undefined) throw new Error(`Could not extract file ID from Google Drive URL: ${url}`)
  return `https://drive.google.com/uc?export=download&id=${id}`
}
