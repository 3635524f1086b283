/**
 * Finds the content id in `ipfs://<id>`, in a gateway's URL, or in a bare id; `undefined` for anything else.
 *
 * @example cidOfUrl('https://gateway.pinata.cloud/ipfs/Qm...') // 'Qm...'
 */
export function cidOfUrl(url: string): string | undefined {
  return /^(?:ipfs:\/\/|https?:\/\/[^/]+\/ipfs\/|)((?:Qm|ba)[a-zA-Z0-9]{44,})(?:[/?#].*)?$/.exec(url)?.[1]
}
