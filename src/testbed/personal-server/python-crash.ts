/**
 * Something that goes wrong where the original has no handler, so that its last resort answers: with a traceback. The
 * message is Python's name for the error and its text.
 */
export class PythonCrash extends Error {
  override readonly name = 'PythonCrash'

  /** The JSON body. The original leaks a traceback, so this one shows one too; it holds nothing of this program. */
  get body(): unknown {
    const traceback = `Traceback (most recent call last):\n${this.message}\n`
    return { detail: 'Internal server error', traceback }
  }
}

/** What the original does on its operations routes when it is set to a chain that it does not know. */
export const unsupportedChain = (chainId: number): PythonCrash =>
  new PythonCrash(`ValueError: Unsupported chain ID: ${chainId}`)

/** A number that Python's framework does not write as JSON. */
export const unwritableNumber = (): PythonCrash =>
  new PythonCrash('ValueError: Out of range float values are not JSON compliant')

/** Text with half a surrogate pair, which JSON can spell with an escape but UTF-8 cannot hold. */
export const unencodableText = (): PythonCrash =>
  new PythonCrash("UnicodeEncodeError: 'utf-8' codec can't encode character: surrogates not allowed")
