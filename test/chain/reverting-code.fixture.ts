import { concat, type Hex, numberToHex, size } from 'viem'

/**
 * Code of a contract that reverts every call with this data, of at most 255 bytes.
 *
 * It copies what follows itself to memory and reverts with that: PUSH1 size, DUP1, PUSH1 11, PUSH1 0, CODECOPY, PUSH1 0,
 * REVERT.
 */
export function revertingCode(data: Hex): Hex {
  return concat(['0x60', numberToHex(size(data), { size: 1 }), '0x80600b6000396000fd', data])
}
