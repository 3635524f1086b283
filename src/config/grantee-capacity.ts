/**
 * How many active permissions a grantee may have before personal servers can't read it any more: its record lists all of
 * them, at some 2,400 gas each, and nodes end a call at 30 million gas, or at 50.
 */
export const readablePermissions = 12_500

/** Up to here there is no need to worry, whatever else a call costs. */
export const safePermissions = 10_000

/**
 * Says that a run brings its grantees near what personal servers can read; nothing when it does not.
 *
 * @param users of the whole run
 * @param grantees that they are spread over
 * @param held the permissions that the fullest of them holds already
 */
export function forecastGrantees(users: number, grantees: number, held: number): string | undefined {
  const each = Math.ceil(users / grantees)
  if (held + each <= safePermissions) return undefined
  const room = Math.max(0, safePermissions - held)
  const needed = room > 0 ? Math.ceil(users / room) : undefined
  const sum = `${count(users)} users / ${count(grantees)} ${grantees === 1 ? 'grantee' : 'grantees'} = ${count(each)}`
  const before = held > 0 ? `, after the ${count(held)} that the fullest holds: ${count(held + each)}` : ''
  const way = needed === undefined ? 'Use fresh grantees' : `--grantees ${needed} is safe`
  return (
    `${sum} permissions each${before}. Personal servers stop to read a grantee near ` +
    `${count(readablePermissions)}, and its flows fail from there on. ${way}.`
  )
}

const count = (value: number): string => value.toLocaleString('en-US')
