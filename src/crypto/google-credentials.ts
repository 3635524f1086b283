/** The used fields of a service account's key. */
export type ServiceAccount = { client_email: string; private_key: string }

/** Other credentials that Google's tools write to such a file, with a description. */
const otherTypes: Readonly<Record<string, string>> = {
  authorized_user: "a person's own login, as `gcloud auth application-default login` writes it",
  external_account: 'workload identity federation',
  external_account_authorized_user: "a person's login through workforce identity federation",
  impersonated_service_account: 'a login that stands in for a service account',
  gdch_service_account: 'an account of Google Distributed Cloud',
}

/**
 * Reads the JSON of a service account's key. It repairs a key whose line breaks were escaped twice in a variable. Problems
 * never quote the key.
 *
 * @returns the account, or the problem as the end of a sentence: "the key file x can't be used: ..."
 */
export function readGoogleCredentials(
  text: string,
): { account: ServiceAccount; problem?: undefined } | { problem: string } {
  let content: unknown
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return { problem: 'it is not JSON' }
  }
  if (typeof content !== 'object' || content === null) return { problem: 'it is not a JSON object' }
  const fields = new Map<string, unknown>(Object.entries(content))
  const type = fields.get('type')
  const other = typeof type === 'string' && Object.hasOwn(otherTypes, type) ? otherTypes[type] : undefined
  if (other !== undefined) {
    return { problem: `it is of type ${String(type)} (${other}), and the key of a service account is needed` }
  }
  const [email, key] = [fields.get('client_email'), fields.get('private_key')]
  if (typeof email !== 'string' || email.length < 3) return { problem: 'client_email is missing or no text' }
  if (typeof key !== 'string' || key === '') return { problem: 'private_key is missing or no text' }
  return {
    account: { client_email: email, private_key: key.replaceAll(/\\r|\r/g, '').replaceAll('\\n', '\n') },
  }
}
