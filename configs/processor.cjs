// The processor of the Artillery scripts in this folder. In a checkout, `npm ci` builds it, and the built program runs the
// load. A bundle from `vana-load artillery write` includes both.
const processor = require('../generated/artillery/processor.cjs')

processor.useProgram(require.resolve('../dist/index.js'))
module.exports = processor
