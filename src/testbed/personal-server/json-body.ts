import type { ApiRequest } from './api-request.ts'
import { messageOf } from './errors.ts'
import { PythonCrash } from './python-crash.ts'
import { PythonJsonError } from './python-json.ts'
import { parsePythonJsonBytes } from './python-json-bytes.ts'
import { decodeUtf8 } from './python-utf8.ts'
import type { PythonValue } from './python-value.ts'
import { ValidationError } from './validation-error.ts'

/** A body that cannot be parsed for another reason than its JSON: the framework answers 400. */
export class UnparsableBody extends Error {
  override readonly name = 'UnparsableBody'
}

/**
 * Reads a request's body as the framework does: JSON when the content type is JSON or missing, otherwise its text;
 * undefined when there is none.
 *
 * @throws {ValidationError} `json_invalid`
 * @throws {UnparsableBody} when it is not UTF-8 or nested too deep
 * @throws {PythonCrash} when it need not be JSON and is no text
 */
export function readJsonBody({ headers, body }: ApiRequest): PythonValue | undefined {
  if (body.length === 0) return undefined
  if (!isJson(headers['content-type'])) return textOf(body)
  try {
    return parsePythonJsonBytes(body)
  } catch (error) {
    if (!(error instanceof PythonJsonError)) throw new UnparsableBody()
    // The only fault that has no link.
    throw new ValidationError([
      new Map<string, PythonValue>([
        ['type', 'json_invalid'],
        ['loc', ['body', BigInt(error.position)]],
        ['msg', 'JSON decode error'],
        ['input', new Map()],
        ['ctx', new Map([['error', error.reason]])],
      ]),
    ])
  }
}

/** Only said back to the client, as what is wrong; that is where the original fails. */
function textOf(body: Buffer): string {
  try {
    return decodeUtf8(body)
  } catch (error) {
    throw new PythonCrash(`UnicodeDecodeError: ${messageOf(error)}`)
  }
}

function isJson(contentType: string | undefined): boolean {
  if (contentType === undefined || contentType === '') return true
  const [mediaType = ''] = contentType.split(';')
  return /^application\/(?:json|[^/]*\+json)$/i.test(mediaType.trim())
}
