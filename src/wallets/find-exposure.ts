import { stat } from 'node:fs/promises'

/**
 * Says whether others than its owner may read or write a file that should be the owner's alone.
 *
 * @returns a sentence with what to do about it; undefined if all is well, or the system has no such permissions
 * @example const warning = await findExposure('wallets.json')
 */
export async function findExposure(path: string): Promise<string | undefined> {
  if (process.platform === 'win32') return undefined
  const mode = await stat(path).then(
    (found) => found.mode & 0o777,
    () => 0,
  )
  if ((mode & 0o077) === 0) return undefined
  const octal = mode.toString(8).padStart(4, '0')
  return `Others on this machine may use ${path} (mode ${octal}); \`chmod 600 ${path}\` keeps it to its owner.`
}
