/** The SDK's grant file, apart from the rest of it: the main thread composes grants, and loads no more than that. */
export { createGrantFile } from '../../generated/vana-grant-file.js'
