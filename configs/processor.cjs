// What the Artillery scripts of this folder load. In a checkout, `npm ci` makes it, and its runs are carried by the
// program as it was built; a bundle of `vana-load artillery write` has both in itself.
const processor = require('../generated/artillery/processor.cjs')

processor.useProgram(require.resolve('../dist/index.js'))
module.exports = processor
