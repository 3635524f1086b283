import { fileURLToPath } from 'node:url'

/*
 * Where this package has what Artillery needs; the same from `src` and from `dist`.
 */

/** The folder of this package. */
export const packageFolder = fileURLToPath(new URL('../../', import.meta.url))

/** The program of `vana-load`. */
export const ownProgramFile = fileURLToPath(new URL('../../dist/index.js', import.meta.url))

/** What a bundle has of this package: processor and program, made at build time. */
export const builtFolder = fileURLToPath(new URL('../../generated/artillery/', import.meta.url))
