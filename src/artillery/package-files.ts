import { fileURLToPath } from 'node:url'

/*
 * Paths of the files that Artillery needs, valid from both `src` and `dist`.
 */

/** Folder of this package. */
export const packageFolder = fileURLToPath(new URL('../../', import.meta.url))

/** Program of `vana-load`. */
export const ownProgramFile = fileURLToPath(new URL('../../dist/index.js', import.meta.url))

/** Files of a bundle, processor and program, created at build time. */
export const builtFolder = fileURLToPath(new URL('../../generated/artillery/', import.meta.url))
