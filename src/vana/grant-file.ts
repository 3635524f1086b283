/** The SDK's grant file in a separate bundle: the main thread composes grants and loads nothing else of the SDK. */
export { createGrantFile } from '../../generated/vana-grant-file.js'
